use std::borrow::Cow;

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, Data, InputType, ObjectType, OutputType, Positioned,
    ServerResult, Value,
    parser::types::Field,
    registry::{Deprecation, MetaInputValue, MetaType, Registry},
    resolver_utils::resolve_container,
};

use super::{AsOfInput, Moment, request::AS_OF, request::Asked};
use crate::loader::LookUps;

/// What the argument says of itself.
const ABOUT: &str =
    "Answer as of a moment of the past: of `asOf` of the answer's extensions. Now, if left out.";

/// A query root of which each field takes `asOf`.
#[derive(Default)]
#[expect(missing_debug_implementations, reason = "a root without members has none")]
pub struct Timed<Query>(Query);

impl<Query: ObjectType> OutputType for Timed<Query> {
    fn type_name() -> Cow<'static, str> {
        Query::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let name = Query::create_type_info(registry);
        let ty = <Option<AsOfInput>>::create_type_info(registry);
        // What is answered is how others call it, with its `!`.
        if let Some(MetaType::Object { fields, .. }) = registry.types.get_mut(&*Query::type_name()) {
            for field in fields.values_mut() {
                field.args.insert(AS_OF.to_owned(), argument(ty.clone()));
            }
        }
        name
    }

    async fn resolve(&self, context: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        resolve_container(context, self).await
    }
}

fn argument(ty: String) -> MetaInputValue {
    MetaInputValue {
        name: AS_OF.to_owned(),
        description: Some(ABOUT.to_owned()),
        ty,
        deprecation: Deprecation::default(),
        default_value: None,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        is_secret: false,
        directive_invocations: Vec::new(),
    }
}

impl<Query: ObjectType> ContainerType for Timed<Query> {
    async fn resolve_field(&self, context: &Context<'_>) -> ServerResult<Option<Value>> {
        let (_, said) = context.param_value::<Option<AsOfInput>>(AS_OF, None)?;
        let asked = context.data_unchecked::<Asked>();
        let Some(wanted) = said.or(asked.otherwise) else { return self.0.resolve_field(context).await };
        let moment = Moment::find(context, &asked.told, wanted).await;
        let mut data = Data::default();
        data.insert(moment.map_err(|error| error.into_server_error(context.item.pos))?);
        // What is looked up for this field is of its moment, and of no other field's.
        data.insert(LookUps::default());
        let mut context = context.clone();
        context.execute_data = Some(&data);
        self.0.resolve_field(&context).await
    }
}

impl<Query: ObjectType> ObjectType for Timed<Query> {}
