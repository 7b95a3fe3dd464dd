//! Heads: which icon stands for a person, given what is said of age and sex, and names.

use super::thing::Planner;
use super::token::{Script, Token};

/// The head of a person: that of the lexicon, changed to fit "old", "she" and the like.
pub(super) fn head_for(
    head: &str,
    key: &str,
    spans: &[(usize, usize)],
    alone: bool,
    planner: &Planner<'_>,
) -> String {
    let near = |words: &[&str]| {
        spans.iter().any(|&(start, end)| {
            planner.tokens[start.saturating_sub(2)..end.min(planner.tokens.len())]
                .iter()
                .any(|t| words.contains(&t.text.as_str()))
        })
    };
    let anywhere = |words: &[&str]| planner.tokens.iter().any(|t| words.contains(&t.text.as_str()));
    let she = near(&["female", "woman", "lady", "女"]) || alone && anywhere(&["she", "her", "herself", "她"]);
    let he = near(&["male", "男"]) || alone && anywhere(&["he", "his", "him", "himself", "他"]);
    let fixed = matches!(
        key,
        "man"
            | "woman"
            | "boy"
            | "girl"
            | "old man"
            | "old woman"
            | "young man"
            | "young woman"
            | "baby"
            | "king"
            | "queen"
            | "prince"
            | "witch"
            | "wizard"
            | "santa claus"
    );
    let mut head = head.to_owned();
    if !fixed && she != he {
        head = of_sex(&head, she, planner).unwrap_or(head);
    }
    let old = near(&["old", "elderly", "aged", "老", "年迈", "年老"])
        || spans.iter().any(|&(start, _)| {
            planner.tokens.get(start).is_some_and(|t| {
                // 老渔夫 is a fisherman, an old one; 老师 is not an old 师.
                let young = t.text.strip_prefix('老').and_then(|rest| planner.lexicon.find(rest));
                t.script == Script::Han
                    && young.and_then(|i| planner.lexicon.entry(i)).is_some_and(|e| e.key == key)
            })
        });
    if old {
        match head.as_str() {
            "man" | "man-beard" | "man-curly-hair" | "man-red-hair" | "person" => head = "old-man".into(),
            "woman" | "woman-curly-hair" | "woman-red-hair" => head = "old-woman".into(),
            _ => {}
        }
    }
    head
}

/// The same head as a woman or a man, if the set has it.
fn of_sex(head: &str, female: bool, planner: &Planner<'_>) -> Option<String> {
    let sex = if female { "woman" } else { "man" };
    let base = head.strip_prefix("woman").or_else(|| head.strip_prefix("man"));
    let wanted = match base {
        Some(rest) if rest.is_empty() || rest.starts_with('-') => format!("{sex}{rest}"),
        _ if head == "person" => sex.to_owned(),
        _ if head == "child" => if female { "girl" } else { "boy" }.to_owned(),
        _ if head == "old-man" || head == "old-woman" => format!("old-{sex}"),
        _ => format!("{sex}-{head}"),
    };
    if planner.index.art().has(&wanted) {
        return Some(wanted);
    }
    // A beard and the like: the plain head.
    base.map(|_| sex.to_owned())
}

/// The name of the hero: "a fox called Ember", "一只叫阿橘的狐狸".
pub(super) fn called(tokens: &[Token]) -> Option<String> {
    tokens.windows(2).find_map(|w| {
        let calls = matches!(w[0].text.as_str(), "called" | "named" | "叫" | "名叫" | "叫做" | "名为");
        let name = match w[1].script {
            Script::Latin => w[1].name,
            Script::Han => w[1].text.chars().count() > 1,
            _ => false,
        };
        (calls && name).then(|| w[1].text.clone())
    })
}
