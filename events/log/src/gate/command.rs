use std::{fmt, sync::Arc};

use mediary_events::CommandKind;
use serde_json::{Map, Value};

use super::{Refusal, Story, Transaction};

/// A command of any concern: its name, its arguments, and the story that it tells.
#[derive(Clone)]
pub struct Command {
    kind: &'static CommandKind,
    arguments: Value,
    story: Arc<dyn Tell>,
}

/// A story whose answer is JSON.
trait Tell: Send + Sync {
    fn tell(&self, story: &mut Transaction<'_>) -> Result<Value, Refusal>;
}

impl<A: Story> Tell for A {
    fn tell(&self, story: &mut Transaction<'_>) -> Result<Value, Refusal> {
        Story::tell(self, story).map(|told| serde_json::to_value(told).expect("an answer is JSON"))
    }
}

impl<A: Story> From<A> for Command {
    fn from(asked: A) -> Self {
        Self { kind: asked.kind(), arguments: arguments(&asked), story: Arc::new(asked) }
    }
}

impl Command {
    /// What is asked.
    pub const fn kind(&self) -> &'static CommandKind {
        self.kind
    }

    /// The stored name.
    pub const fn name(&self) -> &'static str {
        self.kind.name
    }

    /// The arguments in their one form: without what is said by saying nothing, and without secrets.
    pub const fn arguments(&self) -> &Value {
        &self.arguments
    }

    /// Tells its story; the answer as JSON.
    pub(crate) fn tell(&self, story: &mut Transaction<'_>) -> Result<Value, Refusal> {
        self.story.tell(story)
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.kind.name, self.arguments)
    }
}

/// The arguments of a command in their one form: defaults, secrets and nothing left out.
pub(super) fn arguments<A: Story>(asked: &A) -> Value {
    let mut tagged = serde_json::to_value(asked).expect("a command is JSON");
    let mut arguments = tagged.get_mut("arguments").map(Value::take).unwrap_or_default();
    leave_out_nothing(&mut arguments);
    arguments
}

/// Takes fields out that hold nothing: what is not said, and secrets, which serialise as nothing.
fn leave_out_nothing(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let said = std::mem::take(fields).into_iter().filter(|(_, value)| !value.is_null());
            *fields = said.collect::<Map<_, _>>();
            fields.values_mut().for_each(leave_out_nothing);
        }
        Value::Array(items) => items.iter_mut().for_each(leave_out_nothing),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
