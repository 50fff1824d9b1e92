use super::Event;

/// A parrot as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// What it was told; none if there is no such parrot.
    pub text: Option<String>,
    /// Whether it came to its end: repeated, or given up.
    pub is_over: bool,
    /// Whether it was rewarded.
    pub is_rewarded: bool,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Told { text, .. } => self.text = Some(text.clone()),
            Event::Repeated { .. } | Event::Failed {} => self.is_over = true,
            Event::Rewarded {} => self.is_rewarded = true,
        }
    }
}
