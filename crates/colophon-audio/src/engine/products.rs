//! Convolutions over time in 8 bits, written as products of matrices. The ONNX Runtime has a kernel for `ConvInteger`
//! that is several times slower than its product of the same numbers, and runs the normalisation and the snake
//! function before it as a dozen operators, each over the whole tensor.
//!
//! The products are those of whole numbers, so nothing is lost; the bias is added as the float that it was before
//! it had been rounded.

use std::collections::{HashMap, HashSet};

use colophon_hub::graph::{Attr, Operator, Published};

use super::operators::DOMAIN;

/// Where the runtime's own operators are.
const RUNTIME: &str = "com.microsoft";
/// Convolutions of fewer weights stay as they are.
const LEAST: usize = 4096;
/// Windows up to this are transformed by their definition: the runtime takes some thirty times longer.
const SHORT: usize = 64;
/// How much of its cosine a bin has as its sine that has none.
const TRACE: f64 = 1e-6;
/// The constant that names the first axis.
const FIRST: &str = "colophon_axis_0";

/// The domains of the operators that [`rewrite`] puts in.
pub(super) const DOMAINS: [&str; 2] = [RUNTIME, DOMAIN];

/// Writes the convolutions of a network as products. Returns how many there were, and how many of them come with
/// what is before them.
pub(super) fn rewrite(network: &mut Published) -> (usize, usize) {
    let old = std::mem::take(&mut network.operators);
    let mut writer = Writer::default();
    let (mut products, mut snakes) = (0, 0);
    {
        let view = View::new(network, &old);
        for (at, operator) in old.iter().enumerate() {
            if let Some(convolution) = view.convolution(at) {
                writer.gone.extend(&convolution.chain);
                snakes += usize::from(writer.convolution(&view, &convolution, products));
                products += 1;
            } else if let Some(transform) = view.transform(operator) {
                writer.transform(operator, &transform);
            } else if operator.kind() == "Add"
                && operator.inputs().iter().any(|i| writer.turned.contains_key(i))
            {
                writer.sum(operator);
            } else if !writer.gone.contains(&at) {
                writer.operators.push(operator.clone());
            }
        }
    }
    network.operators = writer.operators;
    network.add_ints(FIRST, &[0]);
    for (name, numbers) in &writer.ints {
        network.add_ints(name, numbers);
    }
    for (name, shape, numbers) in &writer.floats {
        network.add_floats(name, shape, numbers);
    }
    for (name, shape, numbers) in &writer.constants {
        network.add_signed(name, shape, numbers);
    }
    (products, snakes)
}

/// A convolution with the operators that make floats of its sums.
struct Convolution {
    /// The name of its sums as floats.
    out: String,
    /// The places of its operators.
    chain: Vec<usize>,
    /// The operator that writes its input down in 8 bits.
    quantise: usize,
    /// Outputs, inputs, taps.
    shape: [usize; 3],
    weights: Vec<u8>,
    zero: u8,
    /// The names of the constants: of its weights' step, and its bias.
    scale: String,
    bias: Option<String>,
    stride: i64,
    dilation: i64,
    pads: [i64; 2],
}

/// A tensor that is normalised over time, scaled and shifted, and bent with the snake function.
struct Snake<'n> {
    x: &'n str,
    gain: &'n str,
    offset: &'n str,
    alpha: &'n str,
    inverse: &'n str,
    epsilon: f32,
}

/// A short-time Fourier transform of real numbers, by a window of a few.
struct Transform {
    window: Vec<f32>,
    step: i64,
}

/// The network as it was.
struct View<'n, 'a> {
    network: &'n Published<'a>,
    operators: &'n [Operator<'a>],
    maker: HashMap<&'n str, usize>,
    takers: HashMap<&'n str, Vec<usize>>,
}

impl<'n, 'a> View<'n, 'a> {
    fn new(network: &'n Published<'a>, operators: &'n [Operator<'a>]) -> Self {
        let (mut maker, mut takers) = (HashMap::new(), HashMap::<_, Vec<_>>::new());
        for (at, operator) in operators.iter().enumerate() {
            maker.extend(operator.outputs().iter().map(|name| (name.as_str(), at)));
            for name in operator.inputs() {
                takers.entry(name.as_str()).or_default().push(at);
            }
        }
        Self { network, operators, maker, takers }
    }

    /// The inputs of the operator of this kind that makes `name`.
    fn made_by(&self, name: &str, kind: &str) -> Option<&'n [String]> {
        let operator = &self.operators[*self.maker.get(name)?];
        (operator.kind() == kind && operator.domain().is_empty()).then_some(operator.inputs())
    }

    /// The two inputs of the operator that makes `name`, in both orders.
    fn pairs(&self, name: &str, kind: &str) -> Vec<[&'n str; 2]> {
        match self.made_by(name, kind) {
            Some([a, b]) => vec![[a.as_str(), b.as_str()], [b.as_str(), a.as_str()]],
            _ => Vec::new(),
        }
    }

    /// The operator that alone takes `name`, if it is of this kind.
    fn only_taker(&self, name: &str, kind: &str) -> Option<usize> {
        match self.takers.get(name)?.as_slice() {
            [taker] => Some(*taker).filter(|t| self.operators[*t].kind() == kind),
            _ => None,
        }
    }

    /// A single constant.
    fn number(&self, name: &str) -> Option<f32> {
        match self.network.floats(name)?.data.as_slice() {
            [number] => Some(*number),
            _ => None,
        }
    }

    fn convolution(&self, at: usize) -> Option<Convolution> {
        let operator = &self.operators[at];
        let [x, weights, _, zero] = operator.inputs() else { return None };
        if operator.kind() != "ConvInteger"
            || operator.number("group").unwrap_or(1) != 1
            || operator.word("auto_pad").is_some_and(|pad| pad != "NOTSET")
        {
            return None;
        }
        let weights = self.network.bytes(weights)?;
        let shape: [usize; 3] = weights.shape.try_into().ok()?;
        let [zero] = self.network.bytes(zero)?.data[..] else { return None };
        if weights.data.len() < LEAST {
            return None;
        }
        let quantise = *self.maker.get(x.as_str())?;
        let [_, step, _] = self.operators[quantise].outputs() else { return None };
        if self.operators[quantise].kind() != "DynamicQuantizeLinear" {
            return None;
        }
        let mut chain = vec![at];
        let mut sums = operator.outputs().first()?;
        let mut bias = None;
        if let Some(add) = self.only_taker(sums, "Add") {
            let rounded = self.operators[add].inputs().iter().find(|name| *name != sums)?;
            bias = Some(self.bias(rounded, shape[0])?.to_owned());
            chain.push(add);
            sums = self.operators[add].outputs().first()?;
        }
        let cast = self.only_taker(sums, "Cast")?;
        let floats = self.operators[cast].outputs().first()?;
        let scaled = self.only_taker(floats, "Mul")?;
        chain.extend([cast, scaled]);
        let factor = self.operators[scaled].inputs().iter().find(|name| *name != floats)?;
        let scale =
            self.pairs(factor, "Mul").into_iter().find(|[a, b]| a == step && self.number(b).is_some())?;
        let row = |name| operator.row(name).filter(|row| !row.is_empty());
        Some(Convolution {
            out: self.operators[scaled].outputs().first()?.clone(),
            chain,
            quantise,
            shape,
            weights: weights.data,
            zero,
            scale: scale[1].to_owned(),
            bias,
            stride: row("strides").map_or(1, |s| s[0]),
            dilation: row("dilations").map_or(1, |d| d[0]),
            pads: row("pads").map_or(Some([0, 0]), |p| p.try_into().ok())?,
        })
    }

    fn transform(&self, operator: &Operator) -> Option<Transform> {
        let [_, step, window, length] = operator.inputs() else { return None };
        let whole = |name: &str| match self.network.ints(name)?.data[..] {
            [number] => Some(number),
            _ => None,
        };
        if operator.kind() != "STFT" || operator.number("onesided") != Some(1) {
            return None;
        }
        let window = self.network.floats(window)?.data;
        (window.len() <= SHORT && whole(length)? == window.len() as i64)
            .then_some(Transform { window, step: whole(step)? })
    }

    /// The bias of `channels` numbers that `name` is in steps of the sums.
    fn bias(&self, name: &str, channels: usize) -> Option<&'n str> {
        let [row, ..] = self.made_by(name, "Reshape")? else { return None };
        let [floor] = self.made_by(row, "Cast")? else { return None };
        let [steps] = self.made_by(floor, "Floor")? else { return None };
        let [bias, _] = self.made_by(steps, "Div")? else { return None };
        (self.network.floats(bias)?.data.len() == channels).then_some(bias)
    }

    /// Reads `name` as a snake over `channels` channels.
    fn snake(&self, name: &str, channels: usize) -> Option<Snake<'n>> {
        let wide = |name: &str| self.network.floats(name).is_some_and(|c| c.data.len() == channels);
        self.pairs(name, "Add").into_iter().find_map(|[y, bend]| {
            let [inverse, power] =
                self.pairs(bend, "Mul").into_iter().find(|[constant, _]| wide(constant))?;
            let [sine, two] = self.made_by(power, "Pow")? else { return None };
            let [turn] = self.made_by(sine, "Sin")? else { return None };
            let [alpha, _] = self.pairs(turn, "Mul").into_iter().find(|[a, of]| wide(a) && *of == y)?;
            let (x, gain, offset, epsilon) = self.normalised(y)?;
            (self.number(two)? == 2.0).then_some(Snake { x, gain, offset, alpha, inverse, epsilon })
        })
    }

    /// Reads `name` as `gain · (x − mean) / √(variance + epsilon) + offset`, mean and variance over time.
    fn normalised(&self, name: &str) -> Option<(&'n str, &'n str, &'n str, f32)> {
        self.pairs(name, "Add").into_iter().find_map(|[scaled, offset]| {
            self.pairs(scaled, "Mul").into_iter().find_map(|[gain, normal]| {
                let [centred, deviation] = self.made_by(normal, "Div")? else { return None };
                let [x, mean] = self.made_by(centred, "Sub")? else { return None };
                let [spread] = self.made_by(deviation, "Sqrt")? else { return None };
                let (variance, epsilon) = self
                    .pairs(spread, "Add")
                    .into_iter()
                    .find_map(|[variance, epsilon]| Some((variance, self.number(epsilon)?)))?;
                let squares = self.mean_over_time(variance)?;
                let [one, other] = self.made_by(squares, "Mul")? else { return None };
                let fits = self.mean_over_time(mean)? == x && one == centred && other == centred;
                fits.then_some((x.as_str(), gain, offset, epsilon))
            })
        })
    }

    /// What `name` is the mean of, over the last of three axes.
    fn mean_over_time(&self, name: &str) -> Option<&'n str> {
        let [of, axes] = self.made_by(name, "ReduceMean")? else { return None };
        let kept = self.operators[*self.maker.get(name)?].number("keepdims").unwrap_or(1) == 1;
        (kept && matches!(self.network.ints(axes)?.data[..], [2 | -1])).then_some(of)
    }
}

/// The network as it becomes. Tensors `[1, C, T]` also come turned, `[1, T, C]`.
#[derive(Default)]
struct Writer<'a> {
    operators: Vec<Operator<'a>>,
    /// Places of operators that others stand for.
    gone: HashSet<usize>,
    /// The turned forms of tensors.
    turned: HashMap<String, String>,
    /// What inputs of convolutions are in 8 bits: numbers, step, zero.
    bytes: HashMap<usize, [String; 3]>,
    /// Constants: names, shapes, numbers.
    constants: Vec<(String, Vec<usize>, Vec<i8>)>,
    floats: Vec<(String, Vec<usize>, Vec<f32>)>,
    ints: Vec<(String, Vec<i64>)>,
}

impl Writer<'_> {
    fn put(&mut self, domain: &str, kind: &str, inputs: &[&str], outputs: &[&str], set: &[(&str, Attr)]) {
        self.operators.push(Operator::new(domain, kind, inputs, outputs, set));
    }

    /// The turned form of a tensor.
    fn turned(&mut self, name: &str) -> String {
        if let Some(turned) = self.turned.get(name) {
            return turned.clone();
        }
        let turned = format!("{name}/turned");
        self.turn(name, &turned);
        self.turned.insert(name.to_owned(), turned.clone());
        turned
    }

    fn turn(&mut self, from: &str, to: &str) {
        self.put("", "Transpose", &[from], &[to], &[("perm", Attr::Ints(vec![0, 2, 1]))]);
    }

    /// Adds turned tensors; the sum is turned back where it is needed so.
    fn sum(&mut self, operator: &Operator) {
        let ([a, b], [out]) = (operator.inputs(), operator.outputs()) else { return };
        let (a, b, turned) = (self.turned(a), self.turned(b), format!("{out}/turned"));
        self.put("", "Add", &[&a, &b], &[&turned], &[]);
        self.turn(&turned, out);
        self.turned.insert(out.clone(), turned);
    }

    /// Writes a transform as a convolution with the waves of its bins, a cosine and a sine each.
    fn transform(&mut self, operator: &Operator, it: &Transform) {
        let ([signal, ..], [out]) = (operator.inputs(), operator.outputs()) else { return };
        let made = |what: &str| format!("{out}/{what}");
        let (length, bins) = (it.window.len(), it.window.len() / 2 + 1);
        let turn = |bin: usize, n: usize| std::f64::consts::TAU * (bin * n % length) as f64 / length as f64;
        let waves =
            (0..bins).flat_map(|bin| [false, true].map(|sine| (bin, sine))).flat_map(|(bin, sine)| {
                it.window.iter().enumerate().map(move |(n, w)| {
                    // The lowest and the highest bin have no sine: a trace of it keeps the phase of what is below zero at
                    // +π, where the network was taught to expect it, instead of jumping between that and −π.
                    let real = bin * 2 % length == 0;
                    let wave = match sine {
                        true if real => -TRACE * turn(bin, n).cos(),
                        true => -turn(bin, n).sin(),
                        false => turn(bin, n).cos(),
                    };
                    (f64::from(*w) * wave) as f32
                })
            });
        self.floats.push((made("waves"), vec![bins * 2, 1, length], waves.collect()));
        let row = |numbers: &[i64]| Attr::Ints(numbers.to_vec());
        let [line, waves, seen, rows] = ["line", "waves", "seen", "rows"].map(made);
        self.ints.push((made("of_line"), vec![1, 1, -1]));
        self.put("", "Reshape", &[signal, &made("of_line")], &[&line], &[]);
        let settings = [("kernel_shape", row(&[length as i64])), ("strides", row(&[it.step]))];
        self.put("", "Conv", &[&line, &waves], &[&seen], &settings);
        self.turn(&seen, &rows);
        self.ints.push((made("of_bins"), vec![1, -1, bins as i64, 2]));
        self.put("", "Reshape", &[&rows, &made("of_bins")], &[out], &[]);
    }

    /// Writes a convolution; whether what is before it comes with it.
    fn convolution(&mut self, view: &View, it: &Convolution, number: usize) -> bool {
        let made = |what: &str| format!("colophon_{number}_{what}");
        let [outputs, inputs, taps] = it.shape;
        let mut snaked = false;
        let [bytes, step, zero] = match self.bytes.get(&it.quantise) {
            Some(bytes) => bytes.clone(),
            None => {
                let bytes = ["bytes", "step", "zero"].map(made);
                let [b, s, z] = bytes.each_ref().map(String::as_str);
                let from = view.operators[it.quantise].inputs()[0].as_str();
                if let Some(snake) = view.snake(from, inputs) {
                    let x = self.turned(snake.x);
                    let given = [x.as_str(), snake.gain, snake.offset, snake.alpha, snake.inverse];
                    self.put(DOMAIN, "Snake", &given, &[b, s, z], &[("epsilon", Attr::Float(snake.epsilon))]);
                    snaked = true;
                } else {
                    let (x, rows) = (self.turned(from), made("rows"));
                    self.put("", "Squeeze", &[&x, FIRST], &[&rows], &[]);
                    self.put("", "DynamicQuantizeLinear", &[&rows], &[b, s, z], &[]);
                }
                self.bytes.insert(it.quantise, bytes.clone());
                bytes
            }
        };
        let mut seen = bytes;
        if taps > 1 || it.stride > 1 || it.pads != [0, 0] {
            let columns = made("columns");
            let settings = [
                ("kernel", Attr::Int(taps as i64)),
                ("dilation", Attr::Int(it.dilation)),
                ("stride", Attr::Int(it.stride)),
                ("before", Attr::Int(it.pads[0])),
                ("after", Attr::Int(it.pads[1])),
            ];
            self.put(DOMAIN, "Columns", &[&seen, &zero], &[&columns], &settings);
            seen = columns;
        }
        // `[outputs, inputs, taps]` becomes `[taps · inputs, outputs]`. With a sign all bytes are 128 less.
        let mut weights = vec![0; it.weights.len()];
        for (to, row) in weights.chunks_exact_mut(outputs).enumerate() {
            let (tap, input) = (to / inputs, to % inputs);
            for (output, weight) in row.iter_mut().enumerate() {
                *weight = (it.weights[(output * inputs + input) * taps + tap] ^ 0x80) as i8;
            }
        }
        let (table, middle) = (made("weights"), made("weights_zero"));
        let (product, turned) = (made("product"), format!("{}/turned", it.out));
        let bias = it.bias.clone().unwrap_or_default();
        let given = [&*seen, &table, &step, &it.scale, &zero, &middle, &bias];
        let given = if bias.is_empty() { &given[..6] } else { &given };
        self.put(RUNTIME, "MatMulIntegerToFloat", given, &[&product], &[]);
        self.put("", "Unsqueeze", &[&product, FIRST], &[&turned], &[]);
        self.turn(&turned, &it.out);
        self.turned.insert(it.out.clone(), turned);
        self.constants.push((table, vec![inputs * taps, outputs], weights));
        self.constants.push((middle, Vec::new(), vec![(it.zero ^ 0x80) as i8]));
        snaked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_kokoro_that_takes_time_is_found() {
        let file = colophon_test::models_dir().join("kokoro-82m-int8/kokoro.onnx");
        let file = std::fs::read(&file).expect("the model kokoro-82m-int8: run `colophon models pull` first");
        let mut network = Published::read(&file).unwrap();
        assert_eq!(rewrite(&mut network), (82, 48));
        let kinds = |kind| network.operators.iter().filter(|o| o.kind() == kind).count();
        // What is left are single rows of pitch and loudness.
        assert_eq!((kinds("ConvInteger"), kinds("STFT")), (5, 0));
        let written = network.encode(&DOMAINS);
        assert!(written.len() < file.len() + (1 << 20), "weights are not kept twice");
    }

    #[test]
    fn a_network_without_such_convolutions_stays_as_it_is() {
        let mut graph = colophon_hub::graph::Graph::default();
        let x = graph.input("x", &[Some(1), Some(2), None]);
        let y = graph.plain("Sin", &[x]);
        graph.output("y", y);
        let model = graph.encode();
        let mut network = Published::read(&model).unwrap();
        assert_eq!(rewrite(&mut network), (0, 0));
        let kinds: Vec<_> = network.operators.iter().map(Operator::kind).collect();
        assert_eq!(kinds, ["Sin", "Identity"]);
    }
}
