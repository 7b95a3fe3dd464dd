use super::*;
use colophon_types::{ErrorCode, Explain};

fn read(xml: &str) -> Recital {
    parse(xml, Lang::En, &Dictionary::default()).unwrap_or_else(|e| panic!("{xml}: {e}"))
}

/// The parts of a recital in short.
fn shown(recital: &Recital) -> Vec<String> {
    recital
        .parts
        .iter()
        .map(|p| match p {
            Part::Say { utterance, voice: None, .. } => utterance.written(),
            Part::Say { utterance, voice: Some(voice), .. } => format!("{voice}: {}", utterance.written()),
            Part::Gap(s) => format!("~{s}"),
            Part::Pause(s) => format!("={s}"),
            Part::Mark(m) => format!("#{m}"),
        })
        .collect()
}

#[test]
fn elements_become_parts() {
    for (xml, want) in [
        ("<speak>Hello there. General!</speak>", vec!["Hello there.", "~0.35", "General!"]),
        (
            "<speak>One<break time=\"500ms\"/>two<break strength='x-strong'/>three</speak>",
            vec!["One", "=0.5", "two", "=1.2", "three"],
        ),
        (
            "<speak><p><s>A b</s><s>C d</s></p></speak>",
            vec!["~0.8", "~0.35", "A b", "~0.35", "~0.35", "C d", "~0.35", "~0.8"],
        ),
        ("<speak>Hi <voice name='am_adam'>there</voice></speak>", vec!["Hi", "am_adam: there", "~0.35"]),
        ("<speak>a<mark name=\"x\"/>b</speak>", vec!["a", "#x", "b"]),
        ("<speak>I <emphasis>really</emphasis> do &amp; you &#65;</speak>", vec!["I really do & you A"]),
        ("<?xml version='1.0'?><!-- c --><speak version='1.1'>x<![CDATA[ < ]]>y</speak>", vec!["x < y"]),
        ("<speak><audio src='x.wav'>a bell</audio><desc>no</desc></speak>", vec!["a bell"]),
        ("<speak><sub alias=\"World Wide Web\">WWW</sub> rules</speak>", vec!["WWW rules"]),
        ("<speak xml:lang='zh-CN'>你好。再见。</speak>", vec!["你好。", "~0.35", "再见。"]),
        ("<speak><voice gender='male'>x</voice></speak>", vec!["am_adam: x", "~0.35"]),
    ] {
        assert_eq!(shown(&read(xml)), want, "{xml}");
    }
}

/// How the fixed words of the first utterance are said.
fn says(xml: &str) -> Vec<Say> {
    match read(xml).parts.into_iter().find(|p| matches!(p, Part::Say { .. })) {
        Some(Part::Say { utterance, .. }) => utterance.parts().1,
        other => panic!("{xml}: {other:?}"),
    }
}

fn words(text: &str) -> Say {
    Say::Words(text.to_owned())
}

#[test]
fn say_as_is_read_as_asked() {
    for (kind, text, want) in [
        ("cardinal", "1984", "one thousand nine hundred eighty-four"),
        ("ordinal", "3", "third"),
        ("ordinal", "21st", "twenty-first"),
        ("digits", "1984", "one nine eight four"),
        ("telephone", "(555) 123-4567", "five five five, one two three, four five six seven"),
        ("telephone", "+44 20", "plus four four, two zero"),
        ("date' format='dmy", "3/4/2026", "April third, twenty twenty-six"),
        ("date' format='mdy", "3/4/2026", "March fourth, twenty twenty-six"),
        ("date' format='ymd", "20261124", "November twenty-fourth, twenty twenty-six"),
        ("date' format='md", "12-25", "December twenty-fifth"),
        ("date", "2026-11-24", "November twenty-fourth, twenty twenty-six"),
        ("time", "7:30pm", "seven thirty PM"),
        ("fraction", "3/4", "three quarters"),
        ("currency", "$3.50", "three dollars and fifty cents"),
        ("unknown", "7", "seven"),
    ] {
        let xml = format!("<speak><say-as interpret-as='{kind}'>{text}</say-as></speak>");
        assert_eq!(says(&xml), [words(want)], "{kind} {text}");
    }
    let spelled = says("<speak><say-as interpret-as='characters'>A1-</say-as></speak>");
    assert_eq!(spelled, [Say::Phonemes("ˈA".into()), words("one"), words("dash")]);
    let zh = says("<speak xml:lang='zh'><say-as interpret-as='ordinal'>3</say-as></speak>");
    assert_eq!(zh, [words("第三")]);
    let zh = says("<speak xml:lang='zh'><say-as interpret-as='telephone'>110</say-as></speak>");
    assert_eq!(zh, [words("幺幺零")]);
}

#[test]
fn phonemes_are_given() {
    let ipa = says("<speak><phoneme alphabet='ipa' ph='təˈmeɪtəʊ'>tomato</phoneme></speak>");
    assert_eq!(ipa, [Say::Phonemes("təˈmAtQ".into())]);
    let pinyin = says("<speak><phoneme alphabet='pinyin' ph='chong2 qing4'>重庆</phoneme></speak>");
    assert_eq!(pinyin, [Say::Phonemes("ꭧʰʊ↗ŋʨʰi↘ŋ".into())]);
}

#[test]
fn manners_nest() {
    let xml = "<speak><prosody rate='slow' volume='+2dB' pitch='+2st'>a <prosody rate='50%'>b</prosody></prosody> c</speak>";
    let Part::Say { utterance, .. } = &read(xml).parts[0] else { panic!("nothing is said") };
    assert_eq!(utterance.manner(), None);
    let whole = "<speak><prosody rate='fast'>all of it</prosody></speak>";
    let Part::Say { utterance, .. } = &read(whole).parts[0] else { panic!("nothing is said") };
    assert_eq!(utterance.manner(), Some(Manner { rate: 1.25, gain: 0.0, pitch: 0.0 }));
}

#[test]
fn what_is_ssml_is_told_from_text() {
    for text in ["<speak>x</speak>", " <?xml version='1.0'?>\n<!-- a -->\n<speak version='1.1'>", "<speak/>"]
    {
        assert!(is_ssml(text), "{text}");
    }
    for text in ["hello <speak>", "<speaker>", "1 < 2", "", "<?xml", "<!--"] {
        assert!(!is_ssml(text), "{text}");
    }
}

#[test]
fn hostile_documents_are_refused() {
    let bomb = "<!DOCTYPE speak [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><speak>&b;</speak>";
    let deep = format!("<speak>{}x{}</speak>", "<p>".repeat(5000), "</p>".repeat(5000));
    let large = format!("<speak>{}</speak>", "x".repeat(3 << 20));
    let cases = [
        (bomb, "document types"),
        ("<speak>&b;</speak>", "entity"),
        (deep.as_str(), "nested"),
        (large.as_str(), "bytes"),
        ("<speak>x", "closed"),
        ("<speak><p>x</speak></p>", "line 1"),
        ("<speak><script>x</script></speak>", "script"),
        ("<speak><break time='soon'/></speak>", "time"),
        ("<speak><break time='-1s'/></speak>", "time"),
        ("<speak><break time='900s'/></speak>", "longer"),
        ("<speak><break time='NaNs'/></speak>", "time"),
        ("<speak><prosody rate='warp'>x</prosody></speak>", "rate"),
        ("<speak><prosody rate='0'>x</prosody></speak>", "rate"),
        ("<speak><prosody pitch='440Hz'>x</prosody></speak>", "pitch"),
        ("<speak><prosody volume='NaNdB'>x</prosody></speak>", "volume"),
        ("<speak><emphasis level='huge'>x</emphasis></speak>", "emphasis"),
        ("<speak><voice>x</voice></speak>", "name"),
        ("<speak><voice name='nobody'>x</voice></speak>", "nobody"),
        ("<speak><lang xml:lang='fr'>oui</lang></speak>", "fr"),
        ("<speak><phoneme ph='#'>x</phoneme></speak>", "phoneme"),
        ("<speak><phoneme alphabet='sampa' ph='a'>x</phoneme></speak>", "alphabet"),
        ("<speak><sub>x</sub></speak>", "alias"),
        ("<speak><sub alias='y'><break/></sub></speak>", "within"),
        ("<speak>x</speak>y", "outside"),
        ("<speak/><speak/>", "outside"),
        ("<p>x</p>", "outside"),
        ("<speak>\n\n<mark/></speak>", "line 3"),
        ("<speak><s a='1' a='2'>x</s></speak>", "line 1"),
        ("", "no <speak>"),
    ];
    for (xml, part) in cases {
        let e = parse(xml, Lang::En, &Dictionary::default()).expect_err(&xml[..xml.len().min(60)]);
        assert_eq!(e.code(), ErrorCode::BadInput);
        assert!(e.to_string().contains(part), "{}: {e}", &xml[..xml.len().min(60)]);
        assert!(e.to_string().len() < 300 && e.hint().is_some());
    }
}
