//! Tasks and dialogues, with an engine that says what it is told to: what they ask for, what they keep,
//! and what they tell of their own work.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use colophon_text::TextError;
use colophon_text::chat::{Format, WatermarkChoice, WatermarkState};
use colophon_text::dialogue::Dialogue;
use colophon_text::tasks::{
    Desk, Extract, Facts, FactsForm, Form, Glossary, News, Rewrite, Summarize, Task, TaskEvent, Translate,
    Write, Written,
};
use colophon_types::{Cancel, Lang};
use common::{Scripted, all_words, last_words};
use serde_json::{Value, json};

/// Does a task; gives the result, and checks that what was shown is the text.
fn run(engine: &Scripted, task: &Task) -> Result<Written, TextError> {
    let cancel = Cancel::new();
    let mut shown = String::new();
    let mut last = (0, 0);
    let mut tell = |event: TaskEvent<'_>| {
        match event {
            TaskEvent::Words(words) => shown.push_str(words),
            TaskEvent::Step { done, total } => {
                assert!(done >= last.0 && done <= total.max(1), "{done} of {total} after {last:?}");
                last = (done, total);
            }
        }
        true
    };
    let written = task.run(&mut Desk::new(engine, 7, &cancel, &mut tell))?;
    assert_eq!(shown.trim_end(), written.text);
    Ok(written)
}

fn news(facts: &str, keep_unsupported: bool) -> Task {
    Task::News(News {
        facts: Facts::parse(facts, FactsForm::Auto).unwrap(),
        wish: String::new(),
        lang: Lang::En,
        keep_unsupported,
        references: true,
    })
}

const FACTS: &str = "- The Harbour Library reopened on 3 May 2026.\n- The repairs cost 4.2 million euros.\n\
                     - The mayor, Jana Petersen, cut the ribbon.";

#[test]
fn news_keeps_what_the_facts_carry_and_tells_every_fact() {
    let answer = json!({
        "headline": "Harbour Library Reopens",
        "sentences": [
            {"facts": [1], "text": "The Harbour Library reopened on 3 May 2026."},
            {"facts": [2], "text": "The repairs cost 5.2 million euros."},
            {"facts": [3], "text": "Crowds of happy children danced while the famous mayor sang."},
        ]
    });
    let answer = answer.to_string();
    let said = answer.clone();
    let engine = Scripted::new(4000, move |_, _| said.clone());
    let written = run(&engine, &news(FACTS, false)).unwrap();
    assert!(written.text.starts_with("# Harbour Library Reopens\n\n"), "{}", written.text);
    assert!(!written.text.contains("5.2") && !written.text.contains("danced"), "{}", written.text);
    for fact in ["reopened on 3 May 2026. [1]", "cost 4.2 million euros. [2]", "cut the ribbon. [3]"] {
        assert!(written.text.contains(fact), "{}", written.text);
    }
    assert_eq!(written.report["check"]["unsupported"], 2);
    assert_eq!(written.report["sentences"][0]["verbatim"], false);
    assert_eq!(written.report["sentences"][1]["verbatim"], true);
    assert!(engine.asked.lock().unwrap().iter().all(|r| r.watermark == WatermarkChoice::Part));

    let said = answer.clone();
    let written = run(&Scripted::new(4000, move |_, _| said.clone()), &news(FACTS, true)).unwrap();
    assert!(written.text.contains("5.2 million euros. (unsupported) [2]"), "{}", written.text);
    // Nonsense for an answer leaves the facts themselves.
    let written = run(&Scripted::new(4000, |_, _| "no JSON".into()), &news(FACTS, false)).unwrap();
    assert_eq!(written.report["sentences"].as_array().unwrap().len(), 3);
}

#[test]
fn summaries_read_everything_and_say_what_left_no_trace() {
    // Forty chapters, each about its own thing; notes repeat the thing.
    let text: String = (0..40)
        .map(|i| {
            format!(
                "# Chapter {i}\n\nThe subject{i} crossed the river{i}. {}\n\n",
                "Filler words follow here. ".repeat(30)
            )
        })
        .collect();
    let engine = Scripted::new(1200, |request, _| {
        let words = all_words(request);
        let named: Vec<String> = (0..40)
            .filter(|i| words.contains(&format!("subject{i} ")))
            .map(|i| format!("The subject{i} crossed the river{i}."))
            .collect();
        // The model forgets every second one.
        let kept: Vec<String> = named
            .iter()
            .enumerate()
            .filter(|(k, _)| named.len() == 1 || k % 2 == 0)
            .map(|(_, s)| s.clone())
            .collect();
        kept.join(" ")
    });
    let task = |form, length| {
        let (text, wish) = (text.clone(), String::new());
        Task::Summarize(Summarize { text, wish, lang: Lang::En, length, form })
    };
    let written = run(&engine, &task(Form::Paragraph, 400)).unwrap();
    let parts = written.report["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 40);
    let in_text = |i: usize| written.text.contains(&format!("subject{i} "));
    for (i, part) in parts.iter().enumerate() {
        assert_eq!(part["trace"], if in_text(i) { "summary" } else { "group" }, "{i}: {}", written.text);
        // What the model left out of eight notes was added, so every eight have something.
        assert!((i / 8 * 8..i / 8 * 8 + 8).any(in_text), "{i}: {}", written.text);
    }
    let limit = engine.asked.lock().unwrap().iter().map(|r| all_words(r).len() / 4).max().unwrap();
    assert!(limit < 1200);
    // Too short for all: it says so.
    let written = run(&engine, &task(Form::Paragraph, 20)).unwrap();
    assert!(written.report["parts"].as_array().unwrap().iter().any(|p| p["trace"] == "lost"));
    let outline = run(&engine, &task(Form::Outline, 400)).unwrap();
    assert_eq!(outline.text.matches("## Chapter").count(), 40);
    let bullets = run(&engine, &task(Form::Bullets, 400)).unwrap();
    assert!(bullets.text.lines().all(|l| l.starts_with("- ")));
    // Numbers that the text does not have are dropped.
    let liar = Scripted::new(4000, |_, _| "The ship sank in 1912. The crew was saved.".into());
    let (text, wish) = ("The ship sank. The crew was saved.".to_owned(), String::new());
    let written = run(
        &liar,
        &Task::Summarize(Summarize { text, wish, lang: Lang::En, length: 20, form: Form::Paragraph }),
    )
    .unwrap();
    assert_eq!(written.text, "The crew was saved.");
    assert_eq!(written.report["dropped"][0], "The ship sank in 1912.");
}

#[test]
fn translations_keep_terms_numbers_and_lines() {
    let glossary = Glossary::parse("lamp = 航标灯").unwrap();
    let engine = Scripted::new(2000, |request, _| {
        let words = last_words(request);
        let body = words.rsplit('\n').next().unwrap_or_default();
        // It knows the term only when it stands in the source, and loses a number.
        match body {
            b if b.contains("航标灯") => "他点亮了航标灯1200次。".into(),
            b if b.contains("lamp") => "他点亮了灯很多次。".into(),
            b if b.contains("Heading") => "标题".into(),
            _ => "他回家了。".into(),
        }
    });
    let text = "# Heading\n\nHe lit the lamp 1,200 times.\n\nHe went home on day 3.".to_owned();
    let task = Task::Translate(Translate { text, to: Lang::Zh, glossary, wish: String::new() });
    let written = run(&engine, &task).unwrap();
    assert_eq!(written.text, "# 标题\n\n他点亮了航标灯1200次。\n\n他回家了。");
    assert_eq!(written.report["misses"], json!([{"part": 3, "kind": "number", "what": "3"}]));
    assert_eq!(written.watermark, WatermarkState::Short);
}

#[test]
fn rewriting_tells_lost_numbers_and_tidies_remarks() {
    let engine = Scripted::new(2000, |_, before| match before {
        0 => "Here is the rewritten text:\nThe lamp was lit often.".into(),
        _ => "The lamp was lit 9 times.".into(),
    });
    let rewrite =
        |text: &str| Task::Rewrite(Rewrite { text: text.into(), wish: "plain".into(), lang: Lang::En });
    let written = run(&engine, &rewrite("He lit the lamp 1,200 times.")).unwrap();
    assert_eq!(written.text, "The lamp was lit often.");
    assert_eq!(written.report["numbers_lost"], json!(["1,200"]));
    assert_eq!(engine.count(), 2, "a second try was made");
}

#[test]
fn extraction_joins_parts_and_names_inventions() {
    let schema = json!({"type": "object", "properties": {"name": {"type": "string"}, "places": {"type": "array", "items": {"type": "string"}}}});
    let engine = Scripted::new(900, |request, before| {
        assert!(matches!(request.format, Format::JsonSchema(_)));
        let places: &[&str] = if before == 0 { &["Kiel"] } else { &["Kiel", "Atlantis"] };
        json!({"name": if before == 0 { "" } else { "Ann" }, "places": places}).to_string()
    });
    let text = format!("Ann lives in Kiel. {}", "Nothing else happened today. ".repeat(100));
    let task = |text: &str| {
        Task::Extract(Extract {
            text: text.into(),
            schema: schema.clone(),
            wish: String::new(),
            lang: Lang::En,
        })
    };
    let written = run(&engine, &task(&text)).unwrap();
    let data: Value = serde_json::from_str(&written.text).unwrap();
    assert_eq!(data, json!({"name": "Ann", "places": ["Kiel", "Atlantis"]}));
    assert_eq!(written.report["not_in_text"], json!(["/places/1"]));
    let broken = Scripted::new(900, |_, _| "{\"name\": \"An".into());
    assert!(matches!(run(&broken, &task("Ann.")), Err(TextError::NoAnswer { .. })));
}

#[test]
fn long_texts_follow_an_outline() {
    let engine = Scripted::new(4000, |request, _| match &request.format {
        Format::JsonSchema(_) => json!({"title": "Compost", "sections": ["Why", "How"]}).to_string(),
        _ => format!("### Why\n{}", "Compost feeds the soil. ".repeat(40).trim()),
    });
    let task = |length| Task::Write(Write { wish: "A guide to compost".into(), lang: Lang::En, length });
    let written = run(&engine, &task(Some(600))).unwrap();
    assert!(written.text.starts_with("# Compost\n\n## Why\n\nCompost feeds"), "{}", written.text);
    assert!(written.text.contains("\n\n## How\n\n") && !written.text.contains("###"));
    assert_eq!(written.watermark, WatermarkState::Marked);
    assert_eq!(
        engine.asked.lock().unwrap()[0].watermark,
        WatermarkChoice::Intermediate,
        "the outline is a plan"
    );
    run(&engine, &task(None)).unwrap();
    assert_eq!(engine.count(), 4);
}

#[test]
fn nothing_to_work_on_and_a_stop_are_told() {
    let engine = Scripted::new(2000, |_, _| "x".into());
    for task in [
        Task::Write(Write { wish: " ".into(), lang: Lang::En, length: None }),
        Task::Rewrite(Rewrite { text: "\n".into(), wish: String::new(), lang: Lang::En }),
        Task::Summarize(Summarize {
            text: String::new(),
            wish: String::new(),
            lang: Lang::En,
            length: 9,
            form: Form::Bullets,
        }),
    ] {
        assert!(matches!(run(&engine, &task), Err(TextError::Parameter { .. })), "{}", task.name());
    }
    assert_eq!(engine.count(), 0);
    let cancel = Cancel::new();
    cancel.cancel();
    let mut tell = |_: TaskEvent<'_>| true;
    let task = news(FACTS, false);
    let stopped = task.run(&mut Desk::new(&engine, 7, &cancel, &mut tell));
    assert!(matches!(stopped, Err(TextError::Cancelled(_))));
}

#[test]
fn a_dialogue_remembers_beyond_the_context() {
    let engine = Scripted::new(700, |request, _| {
        let words = all_words(request);
        if words.contains("What was said since") {
            // A summary that keeps the boat and forgets the rest.
            return "The user has a boat called Morgenstern.".into();
        }
        format!("You said: {}", last_words(request).chars().rev().take(40).collect::<String>())
    });
    let cancel = Cancel::new();
    let mut dialogue = Dialogue::new("You are brief.");
    let ask = |dialogue: &mut Dialogue, question: &str| {
        let messages = dialogue.ask(&engine, None, question, 60, &cancel).unwrap();
        let size: usize = messages.iter().map(|m| m.content.len().div_ceil(4)).sum();
        assert!(size + 60 <= 700, "{size}");
        dialogue.said(question, "Noted, thank you for telling me.");
        messages
    };
    ask(&mut dialogue, "My boat is called Morgenstern and the anchor weighs 40 kilos.");
    for i in 0..40 {
        ask(
            &mut dialogue,
            &format!("Story number {i}: the weather was calm and we sailed on for a whole day."),
        );
    }
    let messages = ask(&mut dialogue, "How heavy is the anchor of my boat?");
    assert!(messages[0].content.contains("Morgenstern"), "the summary is with the instructions");
    let last = &messages.last().unwrap().content;
    assert!(last.contains("anchor weighs 40 kilos"), "the old turn is found again: {last}");
    assert_eq!(dialogue.turns.len(), 84, "nothing is lost from the record");
    // It is the same after it was kept and taken up again.
    let kept = serde_json::to_string(&dialogue).unwrap();
    let mut again: Dialogue = serde_json::from_str(&kept).unwrap();
    let messages = ask(&mut again, "How heavy is the anchor of my boat?");
    assert!(messages.last().unwrap().content.contains("40 kilos"));
    assert_eq!(again.undo().as_deref(), Some("How heavy is the anchor of my boat?"));
    again.reset();
    assert!(again.summary.is_empty() && again.turns.is_empty());
    let long = "x".repeat(4000);
    assert!(matches!(again.ask(&engine, None, &long, 60, &cancel), Err(TextError::TooLong { .. })));
}
