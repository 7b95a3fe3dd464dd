"""Computes what `diffusers` makes of tiny checkpoints, for `diffusion.json` beside this file:
`diffusion.py` writes it, `diffusion.py --check` compares.

Weights, noise and pictures are formulas, so that nothing but names, shapes and settings need be kept.
"""

import json
import pathlib
import sys
import tempfile

import diffusers
import numpy as np
import tokenizers
import torch
import transformers
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    FluxTransformer2DModel,
    LCMScheduler,
    SD3Transformer2DModel,
    UNet2DConditionModel,
    ZImageTransformer2DModel,
)
from formulas import uniform
from safetensors.torch import save_file

torch.set_grad_enabled(False)
HERE = pathlib.Path(__file__).resolve().parent / "diffusion.json"
WIDTH, HEIGHT = 96, 64
PROMPT, NEGATIVE = "A red fox's den, 2 trees!", "blurry"


def weight(name, shape):
    count = int(np.prod(shape))
    u = uniform(name, count)
    if len(shape) > 1:
        fan = count // shape[0]
        u = u * np.sqrt(3.0 / fan)
    elif name.endswith("weight"):
        u = 1.0 + 0.1 * u
    else:
        u = 0.1 * u
    return torch.tensor(u.astype(np.float32).reshape(shape))


class Calls:
    """Noise: the numbers of the k-th call since the start of a run."""

    def __init__(self):
        self.count = 0

    def __call__(self, shape, *args, **kwargs):
        self.count += 1
        flat = uniform(f"noise {self.count}", int(np.prod(tuple(shape)))) * np.sqrt(3.0)
        return torch.tensor(flat.astype(np.float32).reshape(tuple(shape)))


def with_noise(run):
    calls = Calls()
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("diffusers") and "randn_tensor" in vars(module):
            module.randn_tensor = calls
    return run()


def pattern(w, h, phase=0.0):
    c, y, x = np.meshgrid(np.arange(3), np.arange(h), np.arange(w), indexing="ij")
    image = 0.5 + 0.5 * np.sin(0.37 * x * (c + 1) + 0.23 * y + c + phase)
    return torch.tensor((np.round(image.astype(np.float32) * 255) / 255).astype(np.float32))[None]


def mask():
    made = torch.zeros(1, 1, HEIGHT, WIDTH)
    made[:, :, 16:48, 24:72] = 1
    return made


def samples(array, count=48):
    flat = np.asarray(array, dtype=np.float64).reshape(-1)
    step = max(1, len(flat) // count)
    return {
        "size": len(flat),
        "step": step,
        "values": [round(float(v), 6) for v in flat[::step][:count]],
        "mean": float(flat.mean()),
        "power": float((flat**2).mean()),
    }


CHECKPOINTS = {}


class Checkpoint:
    """A checkpoint in folders, of which shapes and settings are kept."""

    def __init__(self, name, kind, scheduler):
        self.name, self.parts = name, {}
        self.kept = CHECKPOINTS[name] = {"files": {}, "weights": {}}
        self.text("model_index.json", {"_class_name": kind})
        self.text("scheduler/scheduler_config.json", json.loads(scheduler.to_json_string()))
        self.scheduler = scheduler

    def text(self, path, content):
        self.kept["files"][path] = content if isinstance(content, str) else json.dumps(content)

    def add(self, folder, model):
        shapes = {}
        for key, value in model.state_dict().items():
            if not value.is_floating_point() or key.endswith("pos_embed.pos_embed"):
                continue
            shapes[key] = list(value.shape)
            value.copy_(weight(f"{folder} {key}", value.shape))
        # What several names share is kept once.
        shared = {"encoder.embed_tokens.weight"} & set(shapes) if "shared.weight" in shapes else set()
        for key in shared:
            del shapes[key]
        if shared:
            model.shared.weight.copy_(weight(f"{folder} shared.weight", model.shared.weight.shape))
        for key, value in model.state_dict().items():
            if key.endswith("pos_embed.pos_embed"):
                shapes[key] = list(value.shape)
                value.copy_(0.3 * weight(f"{folder} {key}", value.shape))
        self.kept["weights"][folder] = shapes
        config = model.config
        config = config.to_dict() if hasattr(config, "to_dict") else dict(config)
        self.text(f"{folder}/config.json", json.dumps(config, default=str))
        self.parts[folder] = model.eval()
        return model

    def tokenizer(self, folder, made, files):
        for name, content in files.items():
            self.text(f"{folder}/{name}", content)
        self.parts[folder] = made
        return made


def clip_tokenizer(pad="<|endoftext|>"):
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    letters = list(bytes_to_unicode().values())
    merges = ["t h", "th e</w>", "r e", "re d</w>", "f o", "fo x</w>", "t r", "e e", "tr ee", "tree s</w>"]
    words = letters + [letter + "</w>" for letter in letters] + [m.replace(" ", "") for m in merges]
    words += ["<|startoftext|>", "<|endoftext|>"]
    vocab = {word: i for i, word in enumerate(words)}
    files = {
        "vocab.json": json.dumps(vocab),
        "merges.txt": "#version: 0.2\n" + "\n".join(merges) + "\n",
        "special_tokens_map.json": json.dumps({"pad_token": pad}),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (pathlib.Path(folder) / name).write_text(content)
        made = transformers.CLIPTokenizer.from_pretrained(folder, pad_token=pad, model_max_length=77)
    return made, files, vocab


def t5_tokenizer():
    pieces = ["<pad>", "</s>", "<unk>"] + ["▁" + w for w in ("red", "fox", "den", "A")] + list("▁abcdefghijklmnopqrstuvwxyzAR2,!'.")
    model = tokenizers.models.Unigram([(p, -float(i) / 10) for i, p in enumerate(pieces)], unk_id=2)
    made = tokenizers.Tokenizer(model)
    made.pre_tokenizer = tokenizers.pre_tokenizers.Metaspace()
    made.post_processor = tokenizers.processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    made.add_special_tokens(["<pad>", "</s>", "<unk>"])
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=512
    )
    return fast, {"tokenizer.json": made.to_str()}, len(pieces)


def clip(vocab, width, layers, act, projection=None):
    config = transformers.CLIPTextConfig(
        vocab_size=len(vocab), hidden_size=width, intermediate_size=width * 2, num_hidden_layers=layers,
        num_attention_heads=2, max_position_embeddings=77, hidden_act=act, projection_dim=projection or width,
        bos_token_id=vocab["<|startoftext|>"], eos_token_id=vocab["<|endoftext|>"], pad_token_id=vocab["<|endoftext|>"],
    )
    kind = transformers.CLIPTextModelWithProjection if projection else transformers.CLIPTextModel
    return kind(config)


def t5(vocab, width):
    config = transformers.T5Config(
        vocab_size=vocab, d_model=width, d_kv=width // 4, num_heads=4, d_ff=48, num_layers=2,
        feed_forward_proj="gated-gelu", relative_attention_num_buckets=32, tie_word_embeddings=False,
    )
    return transformers.T5EncoderModel(config)


def vae(latent, **more):
    return AutoencoderKL(
        block_out_channels=(16, 16, 32, 32), layers_per_block=1, norm_num_groups=8, latent_channels=latent,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, **more,
    )


def unet(context, channels=4, **more):
    return UNet2DConditionModel(
        in_channels=channels, out_channels=4, block_out_channels=(32, 48, 64), layers_per_block=2, norm_num_groups=16,
        cross_attention_dim=context, sample_size=8, **more,
    )


CROSS = ("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D")
SSORC = ("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D")


def stable(name, channels=4, scheduler=None, kind="StableDiffusionPipeline", act="quick_gelu", **more):
    scheduler = scheduler or DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False,
        set_alpha_to_one=False, steps_offset=1,
    )
    made = Checkpoint(name, kind, scheduler)
    tokens, files, vocab = clip_tokenizer()
    made.tokenizer("tokenizer", tokens, files)
    made.add("text_encoder", clip(vocab, 24, 3, act))
    made.add("unet", unet(24, channels, down_block_types=CROSS, up_block_types=SSORC, **more))
    made.add("vae", vae(4))
    return made


def small_xl(name):
    scheduler = EulerDiscreteScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1, timestep_spacing="leading"
    )
    made = Checkpoint(name, "StableDiffusionXLPipeline", scheduler)
    tokens, files, vocab = clip_tokenizer()
    made.tokenizer("tokenizer", tokens, files)
    tokens, files, _ = clip_tokenizer("!")
    made.tokenizer("tokenizer_2", tokens, files)
    made.add("text_encoder", clip(vocab, 24, 3, "quick_gelu"))
    made.add("text_encoder_2", clip(vocab, 40, 3, "gelu", projection=40))
    made.add("unet", unet(
        64, down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        transformer_layers_per_block=(1, 1, 2), attention_head_dim=(2, 3, 4), use_linear_projection=True,
        addition_embed_type="text_time", addition_time_embed_dim=8, projection_class_embeddings_input_dim=88,
    ))
    made.add("vae", vae(4, scaling_factor=0.13025))
    return made


def small_sd3(name):
    made = Checkpoint(name, "StableDiffusion3Pipeline", FlowMatchEulerDiscreteScheduler(shift=3.0))
    tokens, files, vocab = clip_tokenizer()
    made.tokenizer("tokenizer", tokens, files)
    tokens, files, _ = clip_tokenizer("!")
    made.tokenizer("tokenizer_2", tokens, files)
    tokens, files, pieces = t5_tokenizer()
    made.tokenizer("tokenizer_3", tokens, files)
    made.add("text_encoder", clip(vocab, 24, 3, "quick_gelu", projection=24))
    made.add("text_encoder_2", clip(vocab, 40, 3, "gelu", projection=40))
    made.add("text_encoder_3", t5(pieces, 72))
    made.add("transformer", SD3Transformer2DModel(
        sample_size=8, in_channels=16, num_layers=3, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=72, caption_projection_dim=32, pooled_projection_dim=64, out_channels=16,
        pos_embed_max_size=10, dual_attention_layers=(0,), qk_norm="rms_norm",
    ))
    made.add("vae", vae(16, scaling_factor=1.5305, shift_factor=0.0609, use_quant_conv=False, use_post_quant_conv=False))
    return made


def small_flux(name, guided):
    scheduler = FlowMatchEulerDiscreteScheduler(shift=3.0 if guided else 1.0, use_dynamic_shifting=guided)
    made = Checkpoint(name, "FluxPipeline", scheduler)
    tokens, files, vocab = clip_tokenizer()
    made.tokenizer("tokenizer", tokens, files)
    tokens, files, pieces = t5_tokenizer()
    made.tokenizer("tokenizer_2", tokens, files)
    made.add("text_encoder", clip(vocab, 24, 3, "quick_gelu"))
    made.add("text_encoder_2", t5(pieces, 40))
    made.add("transformer", FluxTransformer2DModel(
        in_channels=64, num_layers=2, num_single_layers=2, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=40, pooled_projection_dim=24, guidance_embeds=guided, axes_dims_rope=(4, 6, 6),
    ))
    made.add("vae", vae(16, scaling_factor=0.3611, shift_factor=0.1159, use_quant_conv=False, use_post_quant_conv=False))
    return made


def qwen_tokenizer():
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    pieces = special + ["▁" + w for w in ("red", "fox", "den", "user", "A")] + list("▁abcdefghijklmnopqrstuvwxyzAR2,!'.\n")
    model = tokenizers.models.Unigram([(p, -float(i) / 10) for i, p in enumerate(pieces)], unk_id=0)
    made = tokenizers.Tokenizer(model)
    made.pre_tokenizer = tokenizers.pre_tokenizers.Metaspace()
    made.add_special_tokens(special)
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=made, pad_token="<|endoftext|>", model_max_length=512)
    fast.chat_template = (
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    files = {"tokenizer.json": made.to_str(), "special_tokens_map.json": json.dumps({"pad_token": "<|endoftext|>"})}
    return fast, files, len(pieces)


def small_z_image(name):
    made = Checkpoint(name, "ZImagePipeline", FlowMatchEulerDiscreteScheduler(shift=3.0))
    tokens, files, pieces = qwen_tokenizer()
    made.tokenizer("tokenizer", tokens, files)
    made.add("text_encoder", transformers.Qwen3Model(transformers.Qwen3Config(
        vocab_size=pieces, hidden_size=40, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4,
        num_key_value_heads=2, head_dim=16, max_position_embeddings=512, rope_theta=1e6, pad_token_id=0,
    )))
    made.add("transformer", ZImageTransformer2DModel(
        in_channels=16, dim=48, n_layers=2, n_refiner_layers=1, n_heads=3, n_kv_heads=3, cap_feat_dim=40,
        axes_dims=[4, 6, 6], axes_lens=[1024, 64, 64],
    ))
    made.add("vae", vae(16, scaling_factor=0.3611, shift_factor=0.1159, use_quant_conv=False, use_post_quant_conv=False))
    return made


def pipeline(made, kind, scheduler=None):
    parts = dict(made.parts)
    if kind.startswith("StableDiffusion") and "XL" not in kind and "3" not in kind or kind.startswith("Latent"):
        parts |= {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    if "StableDiffusion3" in kind or kind.startswith("Flux"):
        parts = {key: value for key, value in parts.items()}
    return getattr(diffusers, kind)(scheduler=scheduler or made.scheduler, **parts)


def run(made, kind, scheduler=None, loras=(), **given):
    """Latents after each step and the picture, -1…1."""
    pipe = pipeline(made, kind, scheduler)
    pipe.set_progress_bar_config(disable=True)
    names = []
    for index, (tensors, strength) in enumerate(loras):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "lora.safetensors"
            save_file(tensors, str(path))
            pipe.load_lora_weights(folder, weight_name=path.name, adapter_name=f"a{index}")
        names.append((f"a{index}", strength))
    if names:
        pipe.set_adapters([n for n, _ in names], adapter_weights=[s for _, s in names])
    steps, last = [], []

    def note(pipe, step, time, values):
        latents = values["latents"]
        if kind.startswith("Flux"):
            latents = pipe._unpack_latents(latents, HEIGHT, WIDTH, 8)
        steps.append(samples(latents))
        last[:] = [latents]
        return {}

    arguments = dict(prompt=PROMPT, output_type="pt", callback_on_step_end=note, callback_on_step_end_tensor_inputs=["latents"])
    if not kind.startswith(("StableDiffusionImg2Img", "StableDiffusionXLImg2Img")):
        arguments |= {"width": WIDTH, "height": HEIGHT}
    arguments |= given
    picture = with_noise(lambda: pipe(**arguments)).images
    if kind == "StableDiffusion3InpaintPipeline":
        # diffusers 0.42 forgets the shift of the autoencoder here, and only here.
        config = pipe.vae.config
        picture = pipe.vae.decode(last[0] / config.scaling_factor + config.shift_factor)[0]
        picture = (picture / 2 + 0.5).clamp(0, 1)
    if names:
        pipe.unload_lora_weights()
    return {"steps": steps, "picture": samples(picture * 2 - 1)}


def lora(made, folder, layers, rank, alpha, seed, prefix="unet"):
    """An adapter in the form of diffusers, and what is kept of it."""
    shapes, tensors = {}, {}
    state = made.parts[folder].state_dict()
    for layer in layers:
        shape = state[f"{layer}.weight"].shape
        down = [rank, *shape[1:]]
        up = [shape[0], rank] + [1] * (len(shape) - 2)
        for end, size in (("lora_A.weight", down), ("lora_B.weight", up)):
            shapes[f"{prefix}.{layer}.{end}"] = size
            tensors[f"{prefix}.{layer}.{end}"] = weight(f"{seed} {prefix}.{layer}.{end}", size)
    return shapes, tensors


def schedules():
    """Each scheduler with a formula in the place of a network."""
    base = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
    found = {}
    cases = {
        "ddim": lambda p, s: DDIMScheduler(**base, prediction_type=p, timestep_spacing=s, clip_sample=False, set_alpha_to_one=False, steps_offset=1),
        "euler": lambda p, s: EulerDiscreteScheduler(**base, prediction_type=p, timestep_spacing=s, steps_offset=1),
        "euler-ancestral": lambda p, s: EulerAncestralDiscreteScheduler(**base, prediction_type=p, timestep_spacing=s, steps_offset=1),
        "dpm++2m-karras": lambda p, s: DPMSolverMultistepScheduler(**base, prediction_type=p, timestep_spacing=s, use_karras_sigmas=True, steps_offset=1),
        "lcm": lambda p, s: LCMScheduler(**base, prediction_type=p, timestep_spacing=s, set_alpha_to_one=False, steps_offset=1),
    }
    for name, make in cases.items():
        for prediction in ("epsilon", "v_prediction"):
            for spacing in ("leading", "trailing", "linspace"):
                for count in (1, 4, 20):
                    scheduler = make(prediction, spacing)
                    found[f"{name} {prediction} {spacing} {count}"] = walked(scheduler, count)
    for shift, dynamic in ((3.0, False), (1.0, False), (1.0, True)):
        for count in (1, 4, 20):
            scheduler = FlowMatchEulerDiscreteScheduler(shift=shift, use_dynamic_shifting=dynamic)
            given = {}
            if shift == 1.0:
                given["sigmas"] = np.linspace(1.0, 1 / count, count)
            if dynamic:
                given["mu"] = 1024 * (1.15 - 0.5) / (4096 - 256) + (0.5 - (1.15 - 0.5) / (4096 - 256) * 256)
            found[f"flow-euler {shift} {dynamic} {count}"] = walked(scheduler, count, **given)
    return found


def walked(scheduler, count, **given):
    if "sigmas" in given:
        scheduler.set_timesteps(**given)
    else:
        scheduler.set_timesteps(count, **given)
    calls = Calls()
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("diffusers") and "randn_tensor" in vars(module):
            module.randn_tensor = calls
    first = getattr(scheduler, "init_noise_sigma", 1.0)
    x = calls((1, 4, 4, 6)) * first
    times = []
    for time in scheduler.timesteps:
        shown = scheduler.scale_model_input(x, time) if hasattr(scheduler, "scale_model_input") else x
        answer = torch.sin(shown * 1.7 + float(time) / 300)
        times.append(float(time))
        x = scheduler.step(answer, time, x, return_dict=False)[0]
    return {"times": times, "last": samples(x)}


def unet_layers(names):
    return [f"down_blocks.0.attentions.0.transformer_blocks.0.{name}" for name in names]


def main():
    found = {"schedules": schedules(), "runs": {}, "stages": {}}
    runs, stages = found["runs"], found["stages"]
    image, hole = pattern(WIDTH, HEIGHT), mask()
    usual = dict(negative_prompt=NEGATIVE, num_inference_steps=3, guidance_scale=5.0)

    sd = stable("sd")
    tokens = sd.parts["tokenizer"](PROMPT, padding="max_length", max_length=77, truncation=True).input_ids
    stages["tokens"] = tokens
    ids = torch.tensor([tokens])
    stages["text"] = samples(sd.parts["text_encoder"](ids)[0])
    latent = uniform("noise 1", 4 * 8 * 12).astype(np.float32).reshape(1, 4, 8, 12)
    stages["decoded"] = samples(sd.parts["vae"].decode(torch.tensor(latent) / 0.18215)[0])
    stages["encoded"] = samples(sd.parts["vae"].encode(image * 2 - 1)[0].mode() * 0.18215)
    context = torch.tensor(uniform("noise 2", 77 * 24).astype(np.float32).reshape(1, 77, 24))
    stages["unet"] = samples(sd.parts["unet"](torch.tensor(latent), 481, context)[0])
    runs["sd"] = run(sd, "StableDiffusionPipeline", **usual)
    karras = DPMSolverMultistepScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", use_karras_sigmas=True)
    runs["sd dpm"] = run(sd, "StableDiffusionPipeline", karras, **(usual | {"num_inference_steps": 5}))
    ancestral = EulerAncestralDiscreteScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", timestep_spacing="leading", steps_offset=1)
    runs["sd ancestral image"] = run(sd, "StableDiffusionImg2ImgPipeline", ancestral, image=image, strength=0.7, **(usual | {"num_inference_steps": 5}))
    runs["sd image"] = run(sd, "StableDiffusionImg2ImgPipeline", image=image, strength=0.7, **(usual | {"num_inference_steps": 5}))
    runs["sd mask"] = run(sd, "StableDiffusionInpaintPipeline", image=image, mask_image=hole, strength=1.0, **usual)
    runs["sd mask part"] = run(sd, "StableDiffusionInpaintPipeline", image=image, mask_image=hole, strength=0.7, **(usual | {"num_inference_steps": 5}))

    one, first = lora(sd, "unet", unet_layers(["attn1.to_q", "attn2.to_k", "ff.net.0.proj", "attn2.to_out.0"]), 3, 3, "first")
    two, second = lora(sd, "unet", [*unet_layers(["attn1.to_q", "attn1.to_v"]), "up_blocks.0.resnets.1.conv1"], 2, 2, "second")
    three, third = lora(sd, "text_encoder", ["encoder.layers.1.self_attn.v_proj"], 2, 2, "second", "text_encoder")
    found["loras"] = {"first": one, "second": two | three}
    runs["sd lora"] = run(sd, "StableDiffusionPipeline", loras=[(first, 0.7), (second | third, 0.4)], **usual)

    filling = stable("filling", 9, kind="StableDiffusionInpaintPipeline")
    runs["filling"] = run(filling, "StableDiffusionInpaintPipeline", image=image, mask_image=hole, strength=1.0, **usual)
    runs["filling part"] = run(filling, "StableDiffusionInpaintPipeline", image=image, mask_image=hole, strength=0.7, **(usual | {"num_inference_steps": 5}))

    velocity = DDIMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False, steps_offset=1, prediction_type="v_prediction")
    sd2 = stable("sd2", scheduler=velocity, act="gelu", attention_head_dim=(2, 3, 4), use_linear_projection=True)
    runs["sd2"] = run(sd2, "StableDiffusionPipeline", **usual)

    consistent = LCMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", set_alpha_to_one=False, steps_offset=1)
    lcm = stable("lcm", scheduler=consistent, kind="LatentConsistencyModelPipeline", time_cond_proj_dim=16)
    runs["lcm"] = run(lcm, "LatentConsistencyModelPipeline", num_inference_steps=4, guidance_scale=8.0)

    xl = small_xl("sdxl")
    runs["sdxl"] = run(xl, "StableDiffusionXLPipeline", **usual)
    runs["sdxl wordless"] = run(xl, "StableDiffusionXLPipeline", **(usual | {"negative_prompt": None}))
    runs["sdxl image"] = run(xl, "StableDiffusionXLImg2ImgPipeline", image=image, strength=0.7, **(usual | {"num_inference_steps": 5}))
    runs["sdxl mask"] = run(xl, "StableDiffusionXLInpaintPipeline", image=image, mask_image=hole, strength=1.0, **usual)

    sd3 = small_sd3("sd3")
    ids = sd3.parts["tokenizer_3"](PROMPT, padding="max_length", max_length=256, truncation=True, return_tensors="pt").input_ids
    stages["long"] = samples(sd3.parts["text_encoder_3"](ids)[0])
    runs["sd3"] = run(sd3, "StableDiffusion3Pipeline", **usual)
    runs["sd3 image"] = run(sd3, "StableDiffusion3Img2ImgPipeline", image=image, strength=0.5, **(usual | {"num_inference_steps": 5}))
    runs["sd3 mask"] = run(sd3, "StableDiffusion3InpaintPipeline", image=image, mask_image=hole, strength=1.0, **usual)

    for name, guided in (("flux-dev", True), ("flux-schnell", False)):
        flux = small_flux(name, guided)
        few = dict(num_inference_steps=3, guidance_scale=3.5)
        runs[name] = run(flux, "FluxPipeline", **few)
        runs[f"{name} image"] = run(flux, "FluxImg2ImgPipeline", image=image, strength=0.7, **(few | {"num_inference_steps": 5}))
        runs[f"{name} mask"] = run(flux, "FluxInpaintPipeline", image=image, mask_image=hole, strength=1.0, **few)

    z_image = small_z_image("z-image")
    asked = z_image.parts["tokenizer"].apply_chat_template(
        [{"role": "user", "content": PROMPT}], tokenize=False, add_generation_prompt=True
    )
    ids = z_image.parts["tokenizer"](asked, return_tensors="pt").input_ids
    stages["asked"] = ids[0].tolist()
    stages["read"] = samples(z_image.parts["text_encoder"](ids, output_hidden_states=True).hidden_states[-2])
    runs["z-image"] = run(z_image, "ZImagePipeline", **usual)
    runs["z-image turbo"] = run(z_image, "ZImagePipeline", **(usual | {"guidance_scale": 0.0}))
    runs["z-image image"] = run(z_image, "ZImageImg2ImgPipeline", image=image, strength=0.7, **(usual | {"num_inference_steps": 5}))
    runs["z-image mask"] = run(z_image, "ZImageInpaintPipeline", image=image, mask_image=hole, strength=1.0, **usual)

    tiny = Checkpoint("tiny", "AutoencoderTiny", DDIMScheduler())
    tiny.add("tiny", AutoencoderTiny(encoder_block_out_channels=(8,) * 4, decoder_block_out_channels=(8,) * 4, num_encoder_blocks=(1, 1, 1, 1), num_decoder_blocks=(2, 1, 1, 1)))
    stages["tiny"] = samples(tiny.parts["tiny"].decode(torch.tensor(latent)).sample)

    found["checkpoints"] = CHECKPOINTS
    if "--check" not in sys.argv:
        HERE.write_text(json.dumps(found, separators=(",", ":")) + "\n")
        print(f"{HERE.stat().st_size} bytes")
        return
    compare(found, json.loads(HERE.read_text()), "")
    print("the references of diffusion are as kept")


def compare(a, b, path):
    if isinstance(a, dict):
        for key in a:
            compare(a[key], b[key], f"{path}/{key}")
    elif isinstance(a, list):
        for x, y in zip(a, b, strict=True):
            compare(x, y, path)
    elif isinstance(a, (int, float)) and abs(a - b) > 1e-3 * max(1.0, abs(b)):
        sys.exit(f"{path}: {a} where {b} is kept")


main()
