//! The model of an input: defaults, names and inheritance are resolved here, and nothing is refused that has a place.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DeriveInput, Fields, Ident, LitStr, Path, PathSegment, Type, Visibility,
};

use crate::attr::{self, EnumAttrs, FieldAttrs, Serde, Step, VariantAttrs, Write};
use crate::case;
use crate::ctxt::Ctxt;
use crate::symbol::{AGGREGATE_ID, DOC, EVENT_KEY, SCHEMARS, SERDE, TENANT_ID};

/// An enum of events.
pub(crate) struct Enum<'a> {
    /// The path of the runtime's `__private`.
    pub(crate) private: Path,
    pub(crate) ident: &'a Ident,
    pub(crate) vis: &'a Visibility,
    pub(crate) docs: String,
    pub(crate) serde: Serde,
    /// What its names begin with, where the enum says so itself.
    pub(crate) prefix: Option<LitStr>,
    /// The kind of aggregate, where the enum states it.
    pub(crate) aggregate: Option<LitStr>,
    /// Further derives of its generated payload structs.
    pub(crate) derives: Vec<Path>,
    pub(crate) variants: Vec<Variant<'a>>,
}

/// One variant, with its attributes for the checks that need two of them.
pub(crate) struct Variant<'a> {
    pub(crate) original: &'a syn::Variant,
    pub(crate) ident: &'a Ident,
    pub(crate) attrs: VariantAttrs,
    pub(crate) serde: Serde,
    pub(crate) docs: String,
    /// The note of `#[deprecated]`.
    pub(crate) deprecated: Option<String>,
    pub(crate) segment: Segment,
    pub(crate) kind: Kind<'a>,
}

/// One part of a type name.
pub(crate) struct Segment {
    pub(crate) text: String,
    pub(crate) span: Span,
    /// It is the identifier in another case, and nobody wrote it.
    pub(crate) derived: bool,
}

/// What a variant is.
pub(crate) enum Kind<'a> {
    Leaf(Leaf<'a>),
    /// A newtype over another derived enum.
    Group(&'a Type),
    /// A newtype over `RawEvent`, for what no other variant is for.
    Unknown(&'a Type),
    /// Positional fields, which are neither.
    Malformed,
}

/// An event type.
pub(crate) struct Leaf<'a> {
    pub(crate) version: u32,
    pub(crate) payload: Payload<'a>,
    pub(crate) past: Box<Past>,
}

/// What a leaf was before.
pub(crate) struct Past {
    /// Its former names.
    pub(crate) aliases: Vec<LitStr>,
    /// The types of its former versions, upwards.
    pub(crate) steps: Vec<(u32, Type)>,
    /// The former versions that nothing reads, upwards.
    pub(crate) unreadable: Vec<u32>,
    /// The day from which it is no longer emitted.
    pub(crate) retired: Option<String>,
}

/// Where a leaf's payload struct comes from.
pub(crate) enum Payload<'a> {
    Generated(Struct<'a>),
    Given(&'a Type),
}

/// A payload struct that the derive writes.
pub(crate) struct Struct<'a> {
    pub(crate) ident: Ident,
    /// The variant's docs and its attributes of schemars and serde.
    pub(crate) attrs: Vec<&'a Attribute>,
    /// `rename_all`, where the struct inherits it from the enum.
    pub(crate) inherited: Option<TokenStream>,
    pub(crate) fields: Vec<Field<'a>>,
}

/// What the envelope, or a reader, takes from a field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    AggregateId,
    TenantId,
    EventKey,
}

impl Mark {
    /// The attribute, and the method of the traits that answers with it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AggregateId => AGGREGATE_ID,
            Self::TenantId => TENANT_ID,
            Self::EventKey => EVENT_KEY,
        }
    }
}

/// A field of a payload.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) ty: &'a Type,
    pub(crate) serde: Serde,
    pub(crate) schemars: Serde,
    /// Its docs and its attributes of schemars and serde, with those that `#[event(..)]` stands for.
    pub(crate) attrs: Vec<Attribute>,
    /// Its name as serde writes it.
    pub(crate) wire: String,
    /// Its name as serde reads it.
    pub(crate) read: String,
    /// What it has of `#[event(..)]`.
    pub(crate) event: FieldAttrs,
    /// How serde writes it.
    pub(crate) write: Write,
}

impl<'a> Enum<'a> {
    /// The model of an enum; anything else is recorded as a mistake.
    pub(crate) fn read(cx: &Ctxt, input: &'a DeriveInput) -> Option<Self> {
        let attrs = EnumAttrs::read(cx, &input.attrs);
        let Data::Enum(data) = &input.data else {
            let message = match input.data {
                Data::Union(_) => "a union has no shape on the wire: write an enum",
                _ => {
                    "`DomainEvent` is derived on the enum that holds the events; for a payload \
                     struct write `#[derive(EventPayload)]`"
                }
            };
            cx.error(input.ident.span(), message);
            return None;
        };
        let lower = attrs.rename_all.as_ref().is_some_and(|case| case.value() == "lowercase");
        let mut model = Self {
            private: private(attrs.krate),
            ident: &input.ident,
            vis: &input.vis,
            docs: attr::docs(&input.attrs),
            serde: Serde::read(&input.attrs),
            prefix: attrs.prefix,
            aggregate: attrs.aggregate,
            derives: attrs.derives,
            variants: Vec::new(),
        };
        model.variants =
            data.variants.iter().map(|variant| model.variant(cx, variant, lower)).collect();
        Some(model)
    }

    fn variant(&self, cx: &Ctxt, original: &'a syn::Variant, lower: bool) -> Variant<'a> {
        let attrs = VariantAttrs::read(cx, &original.attrs);
        let serde = Serde::read(&original.attrs);
        let kind = match &original.fields {
            Fields::Unnamed(fields) => match (fields.unnamed.first(), fields.unnamed.len()) {
                (Some(field), 1) if attrs.unknown.is_some() => Kind::Unknown(&field.ty),
                // What is named so is meant so, and the checks ask for the key.
                (Some(field), 1) if original.ident == "Unknown" && is_raw_event(&field.ty) => {
                    Kind::Unknown(&field.ty)
                }
                (Some(field), 1) if attrs.payload.is_some() => {
                    let version = attrs.version.as_ref().map_or(1, |version| version.value);
                    let (payload, past) = (Payload::Given(&field.ty), Past::of(&attrs));
                    Kind::Leaf(Leaf { version, payload, past })
                }
                (Some(field), 1) => Kind::Group(&field.ty),
                _ => Kind::Malformed,
            },
            _ => Kind::Leaf(self.leaf(cx, original, &attrs, &serde)),
        };
        Variant {
            original,
            ident: &original.ident,
            docs: attr::docs(&original.attrs),
            deprecated: attr::deprecated(&original.attrs),
            segment: segment(&original.ident, attrs.name.as_ref(), lower),
            attrs,
            serde,
            kind,
        }
    }

    fn leaf(
        &self,
        cx: &Ctxt,
        original: &'a syn::Variant,
        attrs: &VariantAttrs,
        serde: &Serde,
    ) -> Leaf<'a> {
        let stated = attrs.payload.as_ref().and_then(|payload| payload.value.clone());
        let own = serde.has("rename_all");
        let rule =
            if own { serde.written("rename_all") } else { self.serde.written("rename_all_fields") };
        let inherited = self.serde.find("rename_all_fields").filter(|_| !own).map(renamed);
        let read = |field| Field::read(cx, field, rule.as_deref());
        let fields = original.fields.iter().filter_map(read).map(|field| field.told(&self.private));
        let payload = Payload::Generated(Struct {
            ident: stated.unwrap_or_else(|| payload_name(self.ident, &original.ident)),
            attrs: kept(&original.attrs),
            inherited,
            fields: fields.collect(),
        });
        let version = attrs.version.as_ref().map_or(1, |version| version.value);
        Leaf { version, payload, past: Past::of(attrs) }
    }

    pub(crate) fn leaves(&self) -> impl Iterator<Item = (&Variant<'a>, &Leaf<'a>)> {
        self.variants.iter().filter_map(|variant| match &variant.kind {
            Kind::Leaf(leaf) => Some((variant, leaf)),
            _ => None,
        })
    }

    /// The variant that keeps what no other is for.
    pub(crate) fn unknown(&self) -> Option<&Variant<'a>> {
        self.variants.iter().find(|variant| matches!(variant.kind, Kind::Unknown(_)))
    }

    pub(crate) fn groups(&self) -> impl Iterator<Item = (usize, &Variant<'a>, &'a Type)> {
        self.variants.iter().enumerate().filter_map(|(at, variant)| match variant.kind {
            Kind::Group(ty) => Some((at, variant, ty)),
            _ => None,
        })
    }
}

impl Past {
    fn of(attrs: &VariantAttrs) -> Box<Self> {
        let history = &attrs.history;
        let step = |step: &Step| (step.number.value, step.ty.clone());
        let mut steps: Vec<_> = history.steps().iter().map(step).collect();
        let mut unreadable: Vec<u32> = history.unread().iter().map(|number| number.value).collect();
        steps.sort_by_key(|(version, _)| *version);
        unreadable.sort_unstable();
        Box::new(Self {
            aliases: history.aliases.clone(),
            steps,
            unreadable,
            retired: history.retired.as_ref().map(LitStr::value),
        })
    }
}

impl Leaf<'_> {
    /// Whether one of its fields may carry the mark; a struct that somebody wrote knows its own.
    pub(crate) fn answers(&self, mark: Mark) -> bool {
        match &self.payload {
            Payload::Generated(payload) => {
                payload.fields.iter().any(|field| field.mark(mark).is_some())
            }
            Payload::Given(_) => true,
        }
    }
}

impl Struct<'_> {
    /// Whether serde has to write it, because an attribute of a field says how and only serde knows what it means.
    pub(crate) fn only_serde_writes(&self) -> bool {
        self.fields.iter().any(|field| matches!(field.write, Write::Unknown))
    }
}

impl<'a> Field<'a> {
    /// The model of a named field under the struct's `rename_all`.
    pub(crate) fn read(cx: &Ctxt, original: &'a syn::Field, rule: Option<&str>) -> Option<Self> {
        let ident = original.ident.as_ref()?;
        let serde = Serde::read(&original.attrs);
        let name = ident.unraw().to_string();
        let inherited = case::field(rule.unwrap_or_default(), &name);
        let read = serde.accepted("rename").unwrap_or_else(|| inherited.clone());
        let wire = serde.written("rename").unwrap_or(inherited);
        Some(Self {
            ident,
            ty: &original.ty,
            attrs: kept(&original.attrs).into_iter().cloned().collect(),
            write: serde.write(),
            serde,
            schemars: Serde::of_schemars(&original.attrs),
            wire,
            read,
            event: FieldAttrs::read(cx, &original.attrs),
        })
    }

    /// Every name that it has on the wire, where it has several: as it is written, as it is read, and its aliases.
    pub(crate) fn names(&self) -> Vec<String> {
        let hidden =
            ["skip", "skip_deserializing", "flatten"].iter().any(|key| self.serde.has(key));
        if hidden {
            return Vec::new();
        }
        let mut names = vec![self.wire.clone()];
        for name in std::iter::once(self.read.clone()).chain(self.serde.texts("alias")) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if names.len() > 1 { names } else { Vec::new() }
    }

    /// Where the field carries a mark.
    pub(crate) fn mark(&self, mark: Mark) -> Option<Span> {
        match mark {
            Mark::AggregateId => self.event.aggregate_id,
            Mark::TenantId => self.event.tenant_id,
            Mark::EventKey => self.event.event_key,
        }
    }

    /// The field of a generated payload, where serde and schemars are told what `int` and `schema` say.
    fn told(mut self, private: &Path) -> Self {
        if let Some(integer) = integer(self.ty).filter(|_| self.event.int.is_some()) {
            let module = format!("{}::int_string", text(private));
            let mut schema = format!("{module}::Text<{}>", integer.ty);
            if integer.optional {
                schema = format!("::core::option::Option<{schema}>");
                // serde asks a missing `Option` for itself only where nothing else reads it.
                if !self.serde.has("default") {
                    self.attrs.push(syn::parse_quote!(#[serde(default)]));
                }
            }
            self.attrs.push(syn::parse_quote!(#[serde(with = #module)]));
            if let Write::Field { with, .. } = &mut self.write {
                *with = syn::parse_str(&format!("{module}::serialize")).ok().map(Box::new);
            }
            self.attrs.push(syn::parse_quote!(#[schemars(with = #schema)]));
        }
        if let Some(schema) = &self.event.schema {
            let ty = &schema.value;
            let schema = LitStr::new(&quote!(#ty).to_string(), ty.span());
            self.attrs.push(syn::parse_quote!(#[schemars(with = #schema)]));
        }
        self
    }
}

/// What `int = "string"` is for.
pub(crate) struct Integer {
    /// `u64`.
    pub(crate) ty: &'static str,
    pub(crate) optional: bool,
}

/// The integer that a type is: `u64` and `Option<u64>`, but not what fits a double.
pub(crate) fn integer(ty: &Type) -> Option<Integer> {
    let optional = attr::optional(ty);
    let name = &attr::last_segment(optional.unwrap_or(ty))?.ident;
    let ty = ["i64", "u64", "i128", "u128"].into_iter().find(|ty| name == ty)?;
    Some(Integer { ty, optional: optional.is_some() })
}

/// A path as serde and schemars take it in a string.
fn text(path: &Path) -> String {
    quote!(#path).to_string().split_whitespace().collect()
}

/// Whether a type is named as the runtime's `RawEvent`.
pub(crate) fn is_raw_event(ty: &Type) -> bool {
    let named = |segment: &PathSegment| segment.ident == "RawEvent" && segment.arguments.is_none();
    attr::last_segment(ty).is_some_and(named)
}

/// The path of the runtime's `__private`.
pub(crate) fn private(krate: Option<Path>) -> Path {
    match krate {
        Some(krate) => syn::parse_quote!(#krate::__private),
        None => syn::parse_quote!(::eventbus_runtime::__private),
    }
}

/// `OrderEvent::Placed` carries `OrderPlaced`. The name is located at the variant, where readers look for it.
fn payload_name(owner: &Ident, variant: &Ident) -> Ident {
    let owner = owner.unraw().to_string();
    let family = owner.strip_suffix("Event").unwrap_or(&owner);
    format_ident!("{family}{}", variant.unraw(), span = located(variant.span()))
}

/// A span that points at the input and belongs to the expansion, so that lints know nobody wrote what stands there.
pub(crate) fn located(span: Span) -> Span {
    Span::call_site().located_at(span)
}

fn segment(ident: &Ident, name: Option<&LitStr>, lower: bool) -> Segment {
    let word = ident.unraw().to_string();
    match name {
        Some(name) => Segment { text: name.value(), span: name.span(), derived: false },
        None if lower => Segment { text: word.to_lowercase(), span: ident.span(), derived: false },
        None => Segment { text: case::snake(&word), span: ident.span(), derived: true },
    }
}

fn kept(attrs: &[Attribute]) -> Vec<&Attribute> {
    let kept =
        |attr: &&Attribute| [DOC, SCHEMARS, SERDE].iter().any(|name| attr.path().is_ident(name));
    attrs.iter().filter(kept).collect()
}

/// serde's `rename_all_fields` of an enum is `rename_all` of each of its structs.
fn renamed(meta: &syn::Meta) -> TokenStream {
    match meta {
        syn::Meta::NameValue(meta) => {
            let value = &meta.value;
            quote!(rename_all = #value)
        }
        syn::Meta::List(list) => {
            let tokens = &list.tokens;
            quote!(rename_all(#tokens))
        }
        syn::Meta::Path(_) => quote!(rename_all),
    }
}
