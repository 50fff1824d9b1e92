//! Things by their ids alone, whatever they are.
//!
//! Guarantees: things that are asked for together are read at once, in one reading for each kind; what is not there, or
//! is another project's, is none; who may not look at a kind is told so, whether the thing is there or not.
//!
//! To add a kind: the `node` of its [`Thing`](crate::entry::Thing) in the entry of its concern.

use std::{borrow::Cow, fmt, fmt::Display, str::FromStr};

use async_graphql::{
    CacheControl, Context, ContextSelectionSet, ID, Object, ObjectType, OutputType, Positioned, Result,
    ServerResult, Value,
    indexmap::{IndexMap, IndexSet},
    parser::types::Field,
    registry::{Deprecation, MetaField, MetaType, MetaTypeId, Registry},
};
use futures::future::{BoxFuture, join_all};
use mediary_schema::account::Permission;

pub(crate) use self::NodeQuery as Query;
pub(crate) use crate::nothing::{Mutation, Subscription};
use crate::{
    entry::{Entry, things},
    error::{fault, parse_id},
    loader::{LookUp, look_up},
    session::session,
};

/// What has an id, its concerns say.
pub(crate) const ENTRY: Entry = Entry::NOTHING;

/// Things of one question.
const NODES_MAX: usize = 500;

#[derive(Debug, Default)]
pub(crate) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// A thing by its id, whatever it is; none if it is not there.
    async fn node(&self, context: &Context<'_>, id: ID) -> Result<Option<Node>> {
        session(context, Permission::READ)?;
        node(context, &id).await
    }

    /// Things by their ids, at most 500, each in the place of its id; none where one is not there.
    #[graphql(complexity = "2 + ids.len() * child_complexity")]
    async fn nodes(&self, context: &Context<'_>, ids: Vec<ID>) -> Result<Vec<Option<Node>>> {
        session(context, Permission::READ)?;
        if ids.len() > NODES_MAX {
            return Err(fault(&format!("name at most {NODES_MAX} things"), "BAD_LIST", false));
        }
        join_all(ids.iter().map(|id| node(context, id))).await.into_iter().collect()
    }
}

/// Those of some things that are there and may be seen, in their order; what is of no kind that is found by its id is left out.
pub(crate) async fn nodes_of(context: &Context<'_>, ids: &[ID]) -> Result<Vec<Node>> {
    let session = session(context, Permission::READ)?;
    let is_seen = |kind: &NodeKind| session.require(kind.permission).is_ok();
    let known = ids.iter().filter(|id| kind_of(id).is_some_and(is_seen));
    let found: Result<Vec<_>> = join_all(known.map(|id| node(context, id))).await.into_iter().collect();
    Ok(found?.into_iter().flatten().collect())
}

async fn node(context: &Context<'_>, id: &str) -> Result<Option<Node>> {
    let Some(kind) = kind_of(id) else {
        let known: Vec<_> = kinds().map(|(name, _)| name).collect();
        let message = format!("{id:?} is no id of a thing that is found by it alone: {}", known.join(", "));
        return Err(fault(&message, "BAD_ID", false));
    };
    session(context, kind.permission)?;
    (kind.find)(context, id).await
}

fn kinds() -> impl Iterator<Item = (&'static str, &'static NodeKind)> {
    things().filter_map(|thing| Some((thing.kind, thing.node.as_ref()?)))
}

fn kind_of(id: &str) -> Option<&'static NodeKind> {
    let of = |name| id.strip_prefix(name).is_some_and(|rest| rest.starts_with('-'));
    kinds().find(|(name, _)| of(*name)).map(|(_, kind)| kind)
}

/// A kind of things that are found by their ids.
pub(crate) struct NodeKind {
    /// Who may look at them.
    permission: Permission,
    type_name: fn() -> Cow<'static, str>,
    create_type_info: fn(&mut Registry) -> String,
    find: Find,
}

/// Finds a thing by its id; none if it is not there.
pub(crate) type Find = for<'a> fn(&'a Context<'_>, &'a str) -> BoxFuture<'a, Result<Option<Node>>>;

impl NodeKind {
    /// Things of a view as they are shown, found by a look-up.
    pub(crate) const fn of<L, Shown>(permission: Permission) -> Self
    where
        L: LookUp<Key: FromStr<Err: Display>>,
        Shown: ObjectType + From<L::Row> + 'static,
    {
        Self::found::<Shown>(permission, |context, id| Box::pin(find::<L, Shown>(context, id)))
    }

    /// Things that are found otherwise.
    pub(crate) const fn found<Shown: ObjectType>(permission: Permission, find: Find) -> Self {
        let (type_name, create_type_info) = (Shown::type_name, Shown::create_type_info);
        Self { permission, type_name, create_type_info, find }
    }
}

async fn find<L, Shown>(context: &Context<'_>, id: &str) -> Result<Option<Node>>
where
    L: LookUp<Key: FromStr<Err: Display>>,
    Shown: ObjectType + From<L::Row> + 'static,
{
    let found = look_up::<L>(context, parse_id(id)?).await?;
    Ok(found.map(|row| Node::of(Shown::from(row))))
}

/// A thing with an id.
pub(crate) struct Node(Box<dyn Shows>);

impl Node {
    pub(crate) fn of(shown: impl ObjectType + 'static) -> Self {
        Self(Box::new(shown))
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Node")
    }
}

/// An object of whichever type.
trait Shows: Send + Sync {
    fn name(&self) -> Cow<'static, str>;

    fn show<'a>(
        &'a self,
        context: &'a ContextSelectionSet<'_>,
        field: &'a Positioned<Field>,
    ) -> BoxFuture<'a, ServerResult<Value>>;
}

impl<Shown: ObjectType> Shows for Shown {
    fn name(&self) -> Cow<'static, str> {
        self.introspection_type_name()
    }

    fn show<'a>(
        &'a self,
        context: &'a ContextSelectionSet<'_>,
        field: &'a Positioned<Field>,
    ) -> BoxFuture<'a, ServerResult<Value>> {
        Box::pin(self.resolve(context, field))
    }
}

const NAME: &str = "Node";

impl OutputType for Node {
    fn type_name() -> Cow<'static, str> {
        NAME.into()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        self.0.name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Interface, |registry| {
            let mut possible_types = IndexSet::new();
            for (_, kind) in kinds() {
                let name = (kind.type_name)();
                registry.add_implements(&name, NAME);
                (kind.create_type_info)(registry);
                possible_types.insert(name.into_owned());
            }
            MetaType::Interface {
                name: NAME.to_owned(),
                description: Some("A thing with an id.".to_owned()),
                fields: IndexMap::from([("id".to_owned(), id_field(registry))]),
                possible_types,
                extends: false,
                keys: None,
                visible: None,
                inaccessible: false,
                tags: Vec::new(),
                rust_typename: Some(std::any::type_name::<Self>()),
                directive_invocations: Vec::new(),
                requires_scopes: Vec::new(),
            }
        })
    }

    async fn resolve(
        &self,
        context: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        self.0.show(context, field).await
    }
}

fn id_field(registry: &mut Registry) -> MetaField {
    MetaField {
        name: "id".to_owned(),
        description: Some("`<kind>-<uuid>`.".to_owned()),
        args: IndexMap::new(),
        ty: <ID as OutputType>::create_type_info(registry),
        deprecation: Deprecation::NoDeprecated,
        cache_control: CacheControl::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: Vec::new(),
        override_from: None,
        compute_complexity: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}
