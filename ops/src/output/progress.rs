use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// One line at the bottom of a terminal that says how far the work is; gone when it is dropped.
pub(crate) struct Progress(ProgressBar);

/// Steps of a bar whose end is known: tenths of a percent.
const STEPS: u64 = 1_000;

impl Progress {
    pub(super) fn new(is_shown: bool) -> Self {
        let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(spinner());
        Self(bar)
    }

    /// Whether anybody sees it.
    pub(crate) fn is_shown(&self) -> bool {
        !self.0.is_hidden()
    }

    /// Says what is being done; `share` is from 0 to 1, where it can be known.
    pub(crate) fn tell(&self, share: Option<f64>, message: String) {
        self.0.set_message(message);
        match share {
            Some(share) => {
                if self.0.length().is_none() {
                    self.0.set_style(bar());
                    self.0.set_length(STEPS);
                }
                self.0.set_position((share.clamp(0.0, 1.0) * STEPS as f64) as u64);
            }
            None if self.0.length().is_some() => {
                self.0.set_style(spinner());
                self.0.unset_length();
            }
            None => {}
        }
        self.0.tick();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn spinner() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {elapsed:>4} {wide_msg}").expect("the template is well-formed")
}

fn bar() -> ProgressStyle {
    ProgressStyle::with_template("{bar:30} {percent:>3}% {elapsed:>4} {wide_msg}")
        .expect("the template is well-formed")
}
