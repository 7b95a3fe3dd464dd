//! Pictures that move without sound: GIF and WebP.

use crate::kit::{Studio, picture, receipt};
use colophon_seal::{CredentialState, VerdictKind, seal};
use colophon_types::{Animation, AnimationFormat, Cancel, Draft, Media, NoProgress, Raster};
use image::{AnimationDecoder as _, codecs::gif::GifDecoder, codecs::webp::WebPDecoder};

/// A picture that gets darker.
fn frames(count: u8) -> Vec<Raster> {
    let darker = |by: u8| {
        let mut raster = picture(320, 240, true);
        raster.rgba.as_chunks_mut::<4>().0.iter_mut().for_each(|p| p[2] -= by * 10);
        raster
    };
    (0..count).map(darker).collect()
}

#[test]
fn animations_carry_every_mark_and_move() {
    let studio = Studio::new();
    for (format, name) in [(AnimationFormat::Gif, "a.gif"), (AnimationFormat::WebP, "a.webp")] {
        let media = Media::Animation(Animation { frames: frames(5), delay_ms: 80, format });
        let path = studio.make(media, name);
        let verdict = studio.verify(&path);
        assert_eq!(verdict.verdict, VerdictKind::Verified, "{name}: {:?}", verdict.reasons);
        assert_eq!(verdict.c2pa.state, CredentialState::Valid, "{name}");
        assert_eq!(verdict.media_type, format.media_type());
        assert!(verdict.explicit_label.present && verdict.aigc.valid, "{name}: {verdict:?}");
        assert!(verdict.iptc.digital_source_type.is_some(), "{name}");
        println!("{name}: watermark {:?}", verdict.watermark);
        if format == AnimationFormat::WebP {
            assert!(verdict.watermark.found, "WebP is written without loss");
        }
        // What others see of it.
        let bytes = std::fs::read(&path).unwrap();
        let all = match format {
            AnimationFormat::Gif => GifDecoder::new(std::io::Cursor::new(&bytes)).unwrap().into_frames(),
            AnimationFormat::WebP => WebPDecoder::new(std::io::Cursor::new(&bytes)).unwrap().into_frames(),
        };
        let all = all.collect_frames().unwrap();
        assert_eq!(all.len(), 5, "{name}");
        let last = all[4].buffer();
        assert_eq!((last.width(), last.height()), (320, 240));
        assert_eq!(all[1].delay().numer_denom_ms().0 / all[1].delay().numer_denom_ms().1, 80);
        // Blue fades from 120 to 80, away from the label.
        let blue = |i: usize| {
            let part: Vec<u32> = all[i]
                .buffer()
                .enumerate_pixels()
                .filter(|(_, y, _)| *y > 150)
                .map(|(.., p)| u32::from(p.0[2]))
                .collect();
            part.iter().sum::<u32>() / part.len() as u32
        };
        assert!(blue(0).abs_diff(120) < 8 && blue(4).abs_diff(80) < 8, "{name}: {} {}", blue(0), blue(4));
        // A changed byte shows.
        let mut changed = bytes.clone();
        let at = changed.len() - 40;
        changed[at] ^= 1;
        assert_eq!(studio.verify_bytes(&changed, &format!("x{name}")).verdict, VerdictKind::Tampered);
    }
}

#[test]
fn animations_that_do_not_fit_are_refused() {
    let studio = Studio::new();
    let mut uneven = frames(2);
    uneven.push(picture(100, 100, true));
    for frames in [Vec::new(), uneven, vec![Raster { width: 9, height: 9, rgba: vec![0; 5] }]] {
        let media = Media::Animation(Animation { frames, delay_ms: 80, format: AnimationFormat::Gif });
        let draft = Draft::new(media, receipt());
        assert!(seal(draft, &studio.sealer, &Cancel::new(), &NoProgress).is_err());
    }
}
