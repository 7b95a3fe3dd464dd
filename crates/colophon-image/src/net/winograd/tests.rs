//! Beside the runtime's own convolutions.

use colophon_types::Cancel;

use super::{DOMAIN, SQUARES, rewritten};
use crate::net::{Attr, Conv, Graph, Net, Tensor, Var};

fn noise(seed: u64) -> impl FnMut() -> f32 {
    let mut state = seed | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
    }
}

fn conv(graph: &mut Graph, x: Var, [out, inside, side]: [usize; 3]) -> Var {
    let mut noise = noise((out * 1000 + inside) as u64);
    let weights = (0..out * inside * side * side).map(|_| noise()).collect();
    let bias = (0..out).map(|_| noise()).collect();
    graph.conv(x, Conv::same([out, inside, side, side], weights, bias))
}

/// A network with all that enlarging networks have.
fn network() -> Graph {
    let mut graph = Graph::default();
    let image = graph.input("image", &[Some(1), Some(3), None, None]);
    let first = conv(&mut graph, image, [32, 3, 3]);
    let x = conv(&mut graph, first, [16, 32, 3]);
    let leaky = graph.op("LeakyRelu", &[x], vec![("alpha", Attr::Float(0.2))]);
    let both = graph.concat(&[first, leaky]);
    let x = conv(&mut graph, both, [32, 48, 3]);
    let fifth = graph.scalar(0.2);
    let part = graph.plain("Mul", &[x, fifth]);
    let sum = graph.plain("Add", &[part, first]);
    let slopes = graph.floats(&[32, 1, 1], (0..32).map(|i| i as f32 / 64.0).collect());
    let bent = graph.plain("PRelu", &[sum, slopes]);
    // Over single pixels, as what both kinds of layer see.
    let single = conv(&mut graph, bent, [16, 32, 1]);
    let gate = graph.plain("Sigmoid", &[single]);
    let gated = graph.plain("Mul", &[leaky, gate]);
    let large = graph.scale(gated, [2.0, 2.0], "nearest");
    let x = conv(&mut graph, large, [16, 16, 3]);
    let x = graph.plain("Relu", &[x]);
    let last = conv(&mut graph, x, [3, 16, 3]);
    graph.output("large", last);
    graph.output("both", both);
    graph
}

#[test]
fn gives_what_the_runtime_gives() {
    colophon_hub::onnx::init(&colophon_test::onnx_runtime()).unwrap();
    let graph = network();
    let fewer = rewritten(&graph);
    let count = |graph: &Graph, kind: &str| graph.nodes.iter().filter(|node| node.kind == kind).count();
    assert_eq!((count(&fewer, SQUARES), count(&fewer, "Conv")), (3, 3));
    assert!(fewer.uses(DOMAIN) && count(&fewer, "Resize") == 0 && count(&fewer, "LeakyRelu") == 0);
    let (plain, quick) = (Net::new(&graph, 2).unwrap(), Net::new(&fewer, 2).unwrap());
    for (height, width) in [(1, 1), (4, 4), (5, 9), (23, 130)] {
        let mut noise = noise(height as u64);
        let data = (0..3 * height * width).map(|_| noise()).collect();
        let image = Tensor::new(&[1, 3, height, width], data);
        let run = |net: &Net| net.run(vec![("image", image.clone())], &Cancel::new()).unwrap();
        for (plain, quick) in run(&plain).iter().zip(run(&quick)) {
            assert_eq!(plain.shape, quick.shape);
            let most = plain.data.iter().fold(0f32, |most, v| most.max(v.abs()));
            let apart = plain.data.iter().zip(&quick.data).fold(0f32, |far, (a, b)| far.max((a - b).abs()));
            assert!(apart < 1e-5 * most.max(1.0), "{height}×{width}: {apart} apart of {most}");
        }
    }
}

#[test]
fn a_network_without_such_convolutions_stays() {
    let mut graph = Graph::default();
    let image = graph.input("image", &[Some(1), Some(3), None, None]);
    let x = conv(&mut graph, image, [16, 3, 3]);
    let large = graph.scale(x, [2.0, 2.0], "linear");
    graph.output("large", large);
    let same = rewritten(&graph);
    assert!(!same.uses(DOMAIN));
    let kinds = |graph: &Graph| graph.nodes.iter().map(|node| node.kind).collect::<Vec<_>>();
    assert_eq!(kinds(&same), kinds(&graph));
}
