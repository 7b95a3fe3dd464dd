//! The names of weights in checkpoints of one file, which keep those of the programs that trained them,
//! from the names that `diffusers` gives them.

use super::source::Place;

/// Replaces the name of a layer within a block.
fn within(name: &str, table: &[(&str, &str)]) -> String {
    for (ours, theirs) in table {
        if let Some(rest) = name.strip_prefix(ours)
            && (rest.is_empty() || rest.starts_with('.'))
        {
            return format!("{theirs}{rest}");
        }
    }
    name.to_owned()
}

/// `prefix.<number>.rest` as number and rest.
fn numbered<'n>(name: &'n str, prefix: &str) -> Option<(usize, &'n str)> {
    let (number, rest) = name.strip_prefix(prefix)?.split_once('.')?;
    Some((number.parse().ok()?, rest))
}

const RESNET: [(&str, &str); 6] = [
    ("norm1", "in_layers.0"),
    ("conv1", "in_layers.2"),
    ("time_emb_proj", "emb_layers.1"),
    ("norm2", "out_layers.0"),
    ("conv2", "out_layers.3"),
    ("conv_shortcut", "skip_connection"),
];

/// A weight of a U-Net with two blocks a level, as in the files of Stable Diffusion (without
/// `model.diffusion_model.`). `bare` says whether a level of the way up has no attention.
pub(crate) fn unet(name: &str, bare: &dyn Fn(usize) -> bool) -> String {
    const OUTER: [(&str, &str); 7] = [
        ("conv_in", "input_blocks.0.0"),
        ("time_embedding.linear_1", "time_embed.0"),
        ("time_embedding.linear_2", "time_embed.2"),
        ("add_embedding.linear_1", "label_emb.0.0"),
        ("add_embedding.linear_2", "label_emb.0.2"),
        ("conv_norm_out", "out.0"),
        ("conv_out", "out.2"),
    ];
    if let Some((level, rest)) = numbered(name, "down_blocks.") {
        if let Some((block, rest)) = numbered(rest, "resnets.") {
            return format!("input_blocks.{}.0.{}", 3 * level + block + 1, within(rest, &RESNET));
        }
        if let Some((block, rest)) = numbered(rest, "attentions.") {
            return format!("input_blocks.{}.1.{rest}", 3 * level + block + 1);
        }
        if let Some(rest) = rest.strip_prefix("downsamplers.0.conv") {
            return format!("input_blocks.{}.0.op{rest}", 3 * (level + 1));
        }
    }
    if let Some((step, rest)) = numbered(name, "up_blocks.") {
        if let Some((block, rest)) = numbered(rest, "resnets.") {
            return format!("output_blocks.{}.0.{}", 3 * step + block, within(rest, &RESNET));
        }
        if let Some((block, rest)) = numbered(rest, "attentions.") {
            return format!("output_blocks.{}.1.{rest}", 3 * step + block);
        }
        if let Some(rest) = rest.strip_prefix("upsamplers.0.conv") {
            return format!("output_blocks.{}.{}.conv{rest}", 3 * step + 2, if bare(step) { 1 } else { 2 });
        }
    }
    if let Some((block, rest)) = numbered(name, "mid_block.resnets.") {
        return format!("middle_block.{}.{}", 2 * block, within(rest, &RESNET));
    }
    if let Some(rest) = name.strip_prefix("mid_block.attentions.0.") {
        return format!("middle_block.1.{rest}");
    }
    within(name, &OUTER)
}

/// A weight of an autoencoder of four levels (without `first_stage_model.`).
pub(crate) fn autoencoder(name: &str, levels: usize) -> String {
    const RESNET: [(&str, &str); 1] = [("conv_shortcut", "nin_shortcut")];
    const ATTENTION: [(&str, &str); 5] =
        [("group_norm", "norm"), ("to_q", "q"), ("to_k", "k"), ("to_v", "v"), ("to_out.0", "proj_out")];
    for side in ["encoder", "decoder"] {
        let Some(rest) = name.strip_prefix(side).and_then(|rest| rest.strip_prefix('.')) else { continue };
        if let Some((level, rest)) = numbered(rest, "down_blocks.") {
            if let Some((block, rest)) = numbered(rest, "resnets.") {
                return format!("{side}.down.{level}.block.{block}.{}", within(rest, &RESNET));
            }
            if let Some(rest) = rest.strip_prefix("downsamplers.0.conv") {
                return format!("{side}.down.{level}.downsample.conv{rest}");
            }
        }
        if let Some((step, rest)) = numbered(rest, "up_blocks.") {
            let level = levels.saturating_sub(step + 1);
            if let Some((block, rest)) = numbered(rest, "resnets.") {
                return format!("{side}.up.{level}.block.{block}.{}", within(rest, &RESNET));
            }
            if let Some(rest) = rest.strip_prefix("upsamplers.0.conv") {
                return format!("{side}.up.{level}.upsample.conv{rest}");
            }
        }
        if let Some((block, rest)) = numbered(rest, "mid_block.resnets.") {
            return format!("{side}.mid.block_{}.{}", block + 1, within(rest, &RESNET));
        }
        if let Some(rest) = rest.strip_prefix("mid_block.attentions.0.") {
            return format!("{side}.mid.attn_1.{}", within(rest, &ATTENTION));
        }
        return format!("{side}.{}", within(rest, &[("conv_norm_out", "norm_out")]));
    }
    name.to_owned()
}

/// A weight of an autoencoder as `diffusers` named it before 2023: its attention had other names.
pub(crate) fn old_attention(name: &str) -> String {
    let table =
        [(".to_q.", ".query."), (".to_k.", ".key."), (".to_v.", ".value."), (".to_out.0.", ".proj_attn.")];
    table.iter().fold(name.to_owned(), |name, (new, old)| name.replace(new, old))
}

/// A weight of a text encoder as OpenCLIP names it; `width` is that of a layer, as query, key and value
/// lie in one tensor there.
pub(crate) fn open_clip(name: &str, width: usize) -> Place {
    let whole = |name: String| (name, None);
    match name {
        "text_model.embeddings.token_embedding.weight" => return whole("token_embedding.weight".into()),
        "text_model.embeddings.position_embedding.weight" => return whole("positional_embedding".into()),
        "text_projection" => return whole("text_projection".into()),
        "text_projection.weight" => return whole("there is none".into()),
        _ => {}
    }
    if let Some(rest) = name.strip_prefix("text_model.final_layer_norm") {
        return whole(format!("ln_final{rest}"));
    }
    let Some((layer, rest)) = numbered(name, "text_model.encoder.layers.") else {
        return whole(name.to_owned());
    };
    let block = format!("transformer.resblocks.{layer}");
    for (index, part) in ["self_attn.q_proj.", "self_attn.k_proj.", "self_attn.v_proj."].iter().enumerate() {
        if let Some(what) = rest.strip_prefix(part) {
            return (format!("{block}.attn.in_proj_{what}"), Some((index * width, width)));
        }
    }
    const TABLE: [(&str, &str); 5] = [
        ("self_attn.out_proj", "attn.out_proj"),
        ("layer_norm1", "ln_1"),
        ("layer_norm2", "ln_2"),
        ("mlp.fc1", "mlp.c_fc"),
        ("mlp.fc2", "mlp.c_proj"),
    ];
    whole(format!("{block}.{}", within(rest, &TABLE)))
}

/// The three parts of a tensor in which query, key and value lie.
fn third(rest: &str, parts: [&str; 3], width: usize) -> Option<(String, (usize, usize))> {
    parts.iter().enumerate().find_map(|(index, part)| {
        let what = rest.strip_prefix(part)?.strip_prefix('.')?;
        Some((what.to_owned(), (index * width, width)))
    })
}

const OWN: [&str; 3] = ["to_q", "to_k", "to_v"];
const ADDED: [&str; 3] = ["add_q_proj", "add_k_proj", "add_v_proj"];

/// A weight of the transformer of SD 3 as its makers name it; `width` is that of a layer.
pub(crate) fn sd3(name: &str, width: usize) -> Place {
    const OUTER: [(&str, &str); 8] = [
        ("pos_embed.proj", "x_embedder.proj"),
        ("pos_embed.pos_embed", "pos_embed"),
        ("time_text_embed.timestep_embedder.linear_1", "t_embedder.mlp.0"),
        ("time_text_embed.timestep_embedder.linear_2", "t_embedder.mlp.2"),
        ("time_text_embed.text_embedder.linear_1", "y_embedder.mlp.0"),
        ("time_text_embed.text_embedder.linear_2", "y_embedder.mlp.2"),
        ("norm_out.linear", "final_layer.adaLN_modulation.1"),
        ("proj_out", "final_layer.linear"),
    ];
    const INNER: [(&str, &str); 14] = [
        ("norm1.linear", "x_block.adaLN_modulation.1"),
        ("norm1_context.linear", "context_block.adaLN_modulation.1"),
        ("attn.norm_q", "x_block.attn.ln_q"),
        ("attn.norm_k", "x_block.attn.ln_k"),
        ("attn.norm_added_q", "context_block.attn.ln_q"),
        ("attn.norm_added_k", "context_block.attn.ln_k"),
        ("attn.to_out.0", "x_block.attn.proj"),
        ("attn.to_add_out", "context_block.attn.proj"),
        ("attn2.norm_q", "x_block.attn2.ln_q"),
        ("attn2.norm_k", "x_block.attn2.ln_k"),
        ("attn2.to_out.0", "x_block.attn2.proj"),
        ("ff.net.0.proj", "x_block.mlp.fc1"),
        ("ff.net.2", "x_block.mlp.fc2"),
        ("ff_context.net", "context_block.mlp"),
    ];
    let Some((layer, rest)) = numbered(name, "transformer_blocks.") else {
        return (within(name, &OUTER), None);
    };
    let block = format!("joint_blocks.{layer}");
    for (prefix, parts, theirs) in [
        ("attn.", OWN, "x_block.attn.qkv"),
        ("attn.", ADDED, "context_block.attn.qkv"),
        ("attn2.", OWN, "x_block.attn2.qkv"),
    ] {
        if let Some((what, rows)) = rest.strip_prefix(prefix).and_then(|rest| third(rest, parts, width)) {
            return (format!("{block}.{theirs}.{what}"), Some(rows));
        }
    }
    let inner = within(rest, &INNER).replace("mlp.0.proj.", "mlp.fc1.").replace("mlp.2.", "mlp.fc2.");
    (format!("{block}.{inner}"), None)
}

/// A weight of the transformer of FLUX as its makers name it; `width` is that of a layer.
pub(crate) fn flux(name: &str, width: usize) -> Place {
    const OUTER: [(&str, &str); 10] = [
        ("x_embedder", "img_in"),
        ("context_embedder", "txt_in"),
        ("time_text_embed.timestep_embedder.linear_1", "time_in.in_layer"),
        ("time_text_embed.timestep_embedder.linear_2", "time_in.out_layer"),
        ("time_text_embed.guidance_embedder.linear_1", "guidance_in.in_layer"),
        ("time_text_embed.guidance_embedder.linear_2", "guidance_in.out_layer"),
        ("time_text_embed.text_embedder.linear_1", "vector_in.in_layer"),
        ("time_text_embed.text_embedder.linear_2", "vector_in.out_layer"),
        ("norm_out.linear", "final_layer.adaLN_modulation.1"),
        ("proj_out", "final_layer.linear"),
    ];
    const DOUBLE: [(&str, &str); 12] = [
        ("norm1.linear", "img_mod.lin"),
        ("norm1_context.linear", "txt_mod.lin"),
        ("attn.norm_q.weight", "img_attn.norm.query_norm.scale"),
        ("attn.norm_k.weight", "img_attn.norm.key_norm.scale"),
        ("attn.norm_added_q.weight", "txt_attn.norm.query_norm.scale"),
        ("attn.norm_added_k.weight", "txt_attn.norm.key_norm.scale"),
        ("attn.to_out.0", "img_attn.proj"),
        ("attn.to_add_out", "txt_attn.proj"),
        ("ff.net.0.proj", "img_mlp.0"),
        ("ff.net.2", "img_mlp.2"),
        ("ff_context.net.0.proj", "txt_mlp.0"),
        ("ff_context.net.2", "txt_mlp.2"),
    ];
    const SINGLE: [(&str, &str); 4] = [
        ("norm.linear", "modulation.lin"),
        ("attn.norm_q.weight", "norm.query_norm.scale"),
        ("attn.norm_k.weight", "norm.key_norm.scale"),
        ("proj_out", "linear2"),
    ];
    if let Some((layer, rest)) = numbered(name, "single_transformer_blocks.") {
        let block = format!("single_blocks.{layer}");
        if let Some((what, rows)) = rest.strip_prefix("attn.").and_then(|rest| third(rest, OWN, width)) {
            return (format!("{block}.linear1.{what}"), Some(rows));
        }
        if let Some(what) = rest.strip_prefix("proj_mlp.") {
            return (format!("{block}.linear1.{what}"), Some((3 * width, 4 * width)));
        }
        return (format!("{block}.{}", within(rest, &SINGLE)), None);
    }
    let Some((layer, rest)) = numbered(name, "transformer_blocks.") else {
        return (within(name, &OUTER), None);
    };
    let block = format!("double_blocks.{layer}");
    for (parts, theirs) in [(OWN, "img_attn.qkv"), (ADDED, "txt_attn.qkv")] {
        if let Some((what, rows)) = rest.strip_prefix("attn.").and_then(|rest| third(rest, parts, width)) {
            return (format!("{block}.{theirs}.{what}"), Some(rows));
        }
    }
    (format!("{block}.{}", within(rest, &DOUBLE)), None)
}

/// A weight of the transformer of Z-Image as its makers name it; `width` is that of a layer.
pub(crate) fn z_image(name: &str, width: usize) -> Place {
    if let Some((block, rest)) = name.split_once(".attention.")
        && let Some((what, rows)) = third(rest, OWN, width)
    {
        return (format!("{block}.attention.qkv.{what}"), Some(rows));
    }
    let name = name
        .replace("all_x_embedder.2-1.", "x_embedder.")
        .replace("all_final_layer.2-1.", "final_layer.")
        .replace(".attention.to_out.0.", ".attention.out.")
        .replace(".attention.norm_q.", ".attention.q_norm.")
        .replace(".attention.norm_k.", ".attention.k_norm.");
    (name, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_have_the_names_of_published_files() {
        // SD 1.5 has no attention in the first level of its way up.
        let sd1 = |name: &str| unet(name, &|step| step == 0);
        for (ours, theirs) in [
            ("conv_in.weight", "input_blocks.0.0.weight"),
            ("time_embedding.linear_2.bias", "time_embed.2.bias"),
            ("down_blocks.0.attentions.0.proj_in.weight", "input_blocks.1.1.proj_in.weight"),
            ("down_blocks.0.downsamplers.0.conv.weight", "input_blocks.3.0.op.weight"),
            ("down_blocks.3.resnets.1.conv2.bias", "input_blocks.11.0.out_layers.3.bias"),
            ("mid_block.resnets.1.norm1.weight", "middle_block.2.in_layers.0.weight"),
            ("up_blocks.0.upsamplers.0.conv.weight", "output_blocks.2.1.conv.weight"),
            ("up_blocks.1.upsamplers.0.conv.weight", "output_blocks.5.2.conv.weight"),
            ("up_blocks.3.resnets.2.conv_shortcut.weight", "output_blocks.11.0.skip_connection.weight"),
            ("conv_norm_out.bias", "out.0.bias"),
        ] {
            assert_eq!(sd1(ours), theirs);
        }
        let vae = |name| autoencoder(name, 4);
        assert_eq!(
            vae("decoder.up_blocks.0.resnets.1.conv_shortcut.bias"),
            "decoder.up.3.block.1.nin_shortcut.bias"
        );
        assert_eq!(
            vae("encoder.mid_block.attentions.0.to_out.0.weight"),
            "encoder.mid.attn_1.proj_out.weight"
        );
        assert_eq!(vae("quant_conv.weight"), "quant_conv.weight");
        assert_eq!(
            open_clip("text_model.encoder.layers.3.self_attn.v_proj.bias", 8),
            ("transformer.resblocks.3.attn.in_proj_bias".to_owned(), Some((16, 8)))
        );
        assert_eq!(
            flux("single_transformer_blocks.5.proj_mlp.weight", 10),
            ("single_blocks.5.linear1.weight".to_owned(), Some((30, 40)))
        );
        assert_eq!(
            sd3("transformer_blocks.2.ff_context.net.0.proj.bias", 8),
            ("joint_blocks.2.context_block.mlp.fc1.bias".to_owned(), None)
        );
        assert_eq!(
            z_image("context_refiner.1.attention.to_k.weight", 10),
            ("context_refiner.1.attention.qkv.weight".to_owned(), Some((10, 10)))
        );
        assert_eq!(
            z_image("all_final_layer.2-1.adaLN_modulation.1.bias", 10),
            ("final_layer.adaLN_modulation.1.bias".to_owned(), None)
        );
    }
}
