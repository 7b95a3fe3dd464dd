//! Networks of convolutions over three by three pixels, with less arithmetic: [`kernel`] as an operator of the ONNX
//! Runtime, and what puts it into a network.

pub(crate) mod kernel;
mod rewrite;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use std::sync::{Mutex, PoisonError};

use ort::operator::{
    BoxedKernel, ComputeContext, KernelContext, Operator, OperatorDomain, OperatorInput, OperatorOutput,
};
use ort::value::TensorElementType as Of;

use super::products::LANES;
use kernel::{Convolution, Edges, GIVES, PLACES, Rows, Source};
pub(crate) use rewrite::rewritten;

/// The domain of the operator.
pub(crate) const DOMAIN: &str = "colophon";
/// Its name.
const SQUARES: &str = "Squares";

/// The operator, for a session.
pub(super) fn domain() -> ort::Result<OperatorDomain> {
    OperatorDomain::new(DOMAIN)?.add(Squares)
}

/// A convolution over three by three pixels, with zeros around the picture, and a leaky rectifier.
///
/// In: the weights as `kernel::transformed` has them, a bias for each channel of the result, then one picture or more
/// `f32[1, h, w, C]`, whose channels are seen one after the other. Out: `f32[1, enlarged · h, enlarged · w, O]`.
/// Channels are multiples of 16. What is negative is multiplied with `slope`; each pixel is seen `enlarged` times down and
/// across.
struct Squares;

impl Operator for Squares {
    type Kernel<'attr> = BoxedKernel<'attr>;

    fn name(&self) -> &'static str {
        SQUARES
    }

    fn inputs(&self) -> impl IntoIterator<Item = OperatorInput> {
        let one = const { OperatorInput::required(Of::Float32) };
        [
            one,
            const { OperatorInput::required(Of::Float32) },
            OperatorInput::variadic(1).homogenous(Of::Float32),
        ]
    }

    fn outputs(&self) -> impl IntoIterator<Item = OperatorOutput> {
        [OperatorOutput::required(Of::Float32)]
    }

    fn create_kernel<'attr>(&self, at: &KernelContext<'attr>) -> ort::Result<Self::Kernel<'attr>> {
        let slope: f32 = at.get("slope").ok_or_else(|| ort::Error::new("Squares lacks its slope"))?;
        let enlarged = at.get::<i64>("enlarged").and_then(|n| usize::try_from(n).ok()).unwrap_or(1).max(1);
        Ok(Box::new(move |at: &ComputeContext| {
            let count = at.num_inputs()?;
            let given =
                (0..count).map(|i| at.input(i)?.ok_or_else(missing)).collect::<ort::Result<Vec<_>>>()?;
            let [weights, bias, pictures @ ..] = given.as_slice() else { return Err(missing()) };
            let (weights, bias) =
                (weights.try_extract_tensor::<f32>()?.1, bias.try_extract_tensor::<f32>()?.1);
            let mut sources = Vec::with_capacity(pictures.len());
            let mut size = None;
            for picture in pictures {
                let (shape, data) = picture.try_extract_tensor::<f32>()?;
                let &[1, h, w, channels] = &shape[..] else { return Err(other_size()) };
                let (h, w, channels) = (h as usize, w as usize, channels as usize);
                if *size.get_or_insert((h, w)) != (h, w)
                    || data.len() != h * w * channels
                    || channels % LANES != 0
                {
                    return Err(other_size());
                }
                sources.push(Source { data, channels });
            }
            let (h, w) = size.ok_or_else(missing)?;
            let inside: usize = sources.iter().map(|s| s.channels).sum();
            let out = bias.len();
            if weights.len() != PLACES * inside * out || out % LANES != 0 || out == 0 {
                return Err(other_size());
            }
            let (h, w) = (h * enlarged, w * enlarged);
            let mut made = at.output(0, vec![1, h as i64, w as i64, out as i64])?.ok_or_else(missing)?;
            let made = made.try_extract_tensor_mut::<f32>()?.1;
            let conv = Convolution { weights, bias, slope, enlarged, edges: Edges::Clear };
            let rows: Vec<_> = made.chunks_mut((GIVES * w * out).max(1)).map(Mutex::new).collect();
            at.par_for(rows.len(), 0, |row| {
                let mut to = rows[row].lock().unwrap_or_else(PoisonError::into_inner);
                Rows { sources: &sources, conv: &conv, height: h, width: w, row }.compute(&mut to);
            })
        }))
    }
}

fn missing() -> ort::Error {
    ort::Error::new("an operator was not given what it takes")
}

fn other_size() -> ort::Error {
    ort::Error::new("Squares got pictures that do not fit its weights")
}
