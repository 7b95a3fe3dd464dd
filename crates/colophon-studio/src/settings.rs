//! Settings that can be changed while the program runs: kept in the records, used from the next work on.
//! What the settings file, the environment or a flag says counts more and cannot be changed here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Config, Studio, StudioError};

/// The name of the record.
const RECORD: &str = "settings";
/// Longest name of a producer, in characters.
const LONGEST: usize = 200;

/// What can be changed; `None` for what is left as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SettingsEdit {
    /// Who answers for the content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub producer: Option<String>,
    /// The visible label.
    pub label: LabelEdit,
    /// Who stamps signatures with the time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_stamps: Option<String>,
    /// What happens to a result that is like a protected work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protected: Option<String>,
    /// What is looked at before it is made.
    pub policy: PolicyEdit,
}

/// What can be changed about what is looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyEdit {
    /// What happens to prompts that the guard flags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moderation: Option<String>,
}

/// What can be changed about the visible label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LabelEdit {
    /// Whose law's wording it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// In which corner it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corner: Option<String>,
}

impl SettingsEdit {
    /// Fields with their names: what is kept and what is given.
    fn fields(&mut self) -> [(&'static str, &mut Option<String>); 6] {
        [
            ("producer", &mut self.producer),
            ("label.profile", &mut self.label.profile),
            ("label.corner", &mut self.label.corner),
            ("time_stamps", &mut self.time_stamps),
            ("protected", &mut self.protected),
            ("policy.moderation", &mut self.policy.moderation),
        ]
    }
}

/// The same fields of the configuration.
fn configured(config: &mut Config) -> [&mut Option<String>; 6] {
    [
        &mut config.producer,
        &mut config.label.profile,
        &mut config.label.corner,
        &mut config.time_stamps,
        &mut config.protected,
        &mut config.policy.moderation,
    ]
}

impl Studio {
    /// The settings that count: what is configured, then what was changed while the program ran.
    ///
    /// # Errors
    /// [`StudioError`] of the records.
    pub fn effective_config(&self) -> Result<Config, StudioError> {
        let mut config = self.config.clone();
        // A program that never kept anything has nothing to ask.
        if self.config.database.is_none() && !self.home.join("studio.db").exists() {
            return Ok(config);
        }
        let mut kept = self.kept_settings()?;
        for ((_, kept), field) in kept.fields().into_iter().zip(configured(&mut config)) {
            *field = field.take().or_else(|| kept.take());
        }
        Ok(config)
    }

    fn kept_settings(&self) -> Result<SettingsEdit, StudioError> {
        let kept = self.store()?.setting(RECORD)?;
        Ok(kept.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default())
    }

    /// The settings as a document; `fixed` names what is configured and cannot be changed here.
    ///
    /// # Errors
    /// [`StudioError`] of the records.
    pub fn settings(&self) -> Result<Value, StudioError> {
        let config = self.effective_config()?;
        let mut names = SettingsEdit::default();
        let mut own = self.config.clone();
        let mut fixed: Vec<&str> = names
            .fields()
            .into_iter()
            .zip(configured(&mut own))
            .filter_map(|((name, _), field)| field.is_some().then_some(name))
            .collect();
        if self.config.provider.code.is_some() && !fixed.contains(&"producer") {
            fixed.push("producer");
        }
        Ok(json!({
            "producer": config.provider.code.as_ref().or(config.producer.as_ref()),
            "label": {
                "profile": config.label.profile.as_deref().unwrap_or("all"),
                "corner": config.label.corner.as_deref().unwrap_or("top-left"),
            },
            "time_stamps": config.time_stamps.as_deref().unwrap_or("none"),
            "protected": config.protected.as_deref().unwrap_or("refuse"),
            "policy": {"moderation": config.policy.moderation.as_deref().unwrap_or("off")},
            "retention": {"jobs_days": config.retention.jobs_days(), "works_days": config.retention.works_days},
            "threads": self.cores.total(),
            "offline": config.offline,
            "fixed": fixed,
        }))
    }

    /// Changes settings; the next work is made with them.
    ///
    /// # Errors
    /// [`StudioError`]: a value that is none, or a setting that is configured elsewhere.
    pub fn change_settings(&self, mut edit: SettingsEdit) -> Result<(), StudioError> {
        let mut kept = self.kept_settings()?;
        let mut own = self.config.clone();
        let pairs = edit.fields().into_iter().zip(kept.fields()).zip(configured(&mut own));
        for (((name, new), (_, kept)), configured) in pairs {
            let Some(new) = new.take() else { continue };
            if configured.as_ref().is_some_and(|fixed| *fixed != new) {
                let message = format!("'{name}' is set in the configuration and cannot be changed here");
                return Err(StudioError::request(message, "change colophon.toml or the environment"));
            }
            let plain = new.chars().count() <= LONGEST && !new.chars().any(char::is_control);
            if !plain {
                return Err(StudioError::request(format!("'{name}' is too long"), "shorten it"));
            }
            *kept = Some(new).filter(|v| !v.is_empty());
        }
        let mut trial = Config::default();
        for ((_, kept), field) in kept.clone().fields().into_iter().zip(configured(&mut trial)) {
            *field = kept.take();
        }
        trial.label.options(&self.home)?;
        trial.policy.moderation()?;
        if let Some(other) = trial.protected.as_deref().filter(|p| !["refuse", "report"].contains(p)) {
            let message = format!("'{other}' is neither refuse nor report");
            return Err(StudioError::request(message, "choose one of them"));
        }
        if trial.producer.as_deref().is_some_and(|p| !p.chars().all(|c| c.is_ascii_graphic())) {
            let hint = "give a provider code, or a name of printable ASCII characters without spaces";
            return Err(StudioError::request("the producer cannot be written into the marks", hint));
        }
        crate::config::producer(trial.producer.as_deref())?;
        self.stamper(&trial)?;
        let value = serde_json::to_value(&kept).unwrap_or_default();
        self.store()?.set_setting(RECORD, &value)?;
        self.forget_sealer();
        Ok(())
    }
}
