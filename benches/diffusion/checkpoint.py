"""Writes a checkpoint of the size of Stable Diffusion 1.5 with random weights: `checkpoint.py FOLDER`."""

import json
import pathlib
import sys

import torch
import transformers
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel

FOLDER = pathlib.Path(sys.argv[1])


def main():
    torch.manual_seed(0)
    unet = UNet2DConditionModel(
        sample_size=64, cross_attention_dim=768, attention_head_dim=8,
        block_out_channels=(320, 640, 1280, 1280), layers_per_block=2,
    )
    unet.save_pretrained(FOLDER / "unet")
    AutoencoderKL(
        block_out_channels=(128, 256, 512, 512), layers_per_block=2, latent_channels=4,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
    ).save_pretrained(FOLDER / "vae")
    transformers.CLIPTextModel(
        transformers.CLIPTextConfig(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12)
    ).save_pretrained(FOLDER / "text_encoder")
    DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False,
        steps_offset=1,
    ).save_pretrained(FOLDER / "scheduler")
    (FOLDER / "model_index.json").write_text(json.dumps({"_class_name": "StableDiffusionPipeline"}))
    # A tokenizer of single bytes: what the words are makes no difference to the time.
    # As GPT-2 writes bytes: those that cannot be printed by letters of their own.
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = [chr(byte) for byte in printable] + [chr(256 + i) for i in range(256 - len(printable))]
    words = [*letters, *(letter + "</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    (FOLDER / "tokenizer").mkdir(exist_ok=True)
    (FOLDER / "tokenizer/vocab.json").write_text(json.dumps({word: i for i, word in enumerate(words)}))
    (FOLDER / "tokenizer/merges.txt").write_text("#version: 0.2\n")


main()
