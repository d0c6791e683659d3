//! `#[event(..)]` as a list of keys, and their values by kind.

use proc_macro2::Span;
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitStr, Meta, MetaNameValue, Path, Token, Type};

use super::Keyed;
use crate::ctxt::Ctxt;
use crate::suggest;
use crate::symbol::{COMPAT, EVENT, Place, REPEATABLE, SCHEMA};
use crate::text;

/// The keys of all `#[event(..)]` of one place, each known there and at most once, but those that may repeat.
pub(super) struct Entries(Vec<Meta>);

impl Entries {
    pub(super) fn read(cx: &Ctxt, attrs: &[Attribute], place: Place) -> Self {
        let mut entries: Vec<Meta> = Vec::new();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident(EVENT)) {
            for meta in metas(cx, attr, place) {
                if let Some(meta) = known(cx, meta, place, &entries) {
                    entries.push(meta);
                }
            }
        }
        Self(entries)
    }

    /// Every entry of a key that is given in more than one form.
    pub(super) fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Meta> {
        self.0.iter().filter(move |meta| meta.path().is_ident(key))
    }

    /// `key = Type`. Where it is none, the one that is suggested: that it is missing is no second mistake.
    pub(super) fn ty(&self, cx: &Ctxt, key: &str) -> Option<Keyed<Type>> {
        let meta = self.find(key)?;
        let ty = match value(meta) {
            Some(Expr::Verbatim(tokens)) => syn::parse2(tokens.clone()).ok(),
            _ => None,
        };
        if ty.is_none() {
            cx.error_on(meta, format!("`{key}` is a type: `{key} = String`"));
        }
        let value = ty.unwrap_or_else(|| syn::parse_quote!(String));
        Some(Keyed { key: meta.path().span(), value })
    }

    /// Whether the key is there, with whatever value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    fn find(&self, key: &str) -> Option<&Meta> {
        self.0.iter().find(|meta| meta.path().is_ident(key))
    }

    /// `key = "text"`.
    pub(super) fn string(&self, cx: &Ctxt, key: &str) -> Option<LitStr> {
        let meta = self.find(key)?;
        text(cx, key, meta)
    }

    /// Each `key = "text"` of a key that may repeat.
    pub(super) fn strings(&self, cx: &Ctxt, key: &str) -> Vec<LitStr> {
        let metas = self.0.iter().filter(|meta| meta.path().is_ident(key));
        metas.filter_map(|meta| text(cx, key, meta)).collect()
    }

    /// `key(..)`, its content parsed as a list of `T`, with the span of the key.
    pub(super) fn list<T: Parse>(&self, cx: &Ctxt, key: &str) -> Option<Keyed<Vec<T>>> {
        let meta = self.find(key)?;
        let items = match meta {
            Meta::List(list) => list
                .parse_args_with(Punctuated::<T, Token![,]>::parse_terminated)
                .ok()
                .filter(|items| !items.is_empty()),
            _ => None,
        };
        match items {
            Some(items) => {
                Some(Keyed { key: meta.path().span(), value: items.into_iter().collect() })
            }
            None => {
                cx.error_on(meta, format!("`{key}` is a list: `{key}({})`", sample(key)));
                None
            }
        }
    }

    /// `key = 2`.
    pub(super) fn integer(&self, cx: &Ctxt, key: &str) -> Option<Keyed<u32>> {
        let meta = self.find(key)?;
        let Some(Expr::Lit(ExprLit { lit: Lit::Int(literal), .. })) = value(meta).map(ungrouped)
        else {
            cx.error_on(meta, format!("`{key}` is an integer: `{key} = 2`"));
            return None;
        };
        match literal.base10_parse() {
            Ok(value) => Some(Keyed { key: meta.span(), value }),
            Err(_) => {
                cx.error_on(literal, format!("`{key}` is an integer of 32 bits: `{key} = 2`"));
                None
            }
        }
    }

    /// `key` without a value. With one it is a mistake, and says what it says all the same.
    pub(super) fn flag(&self, cx: &Ctxt, key: &str) -> Option<Span> {
        let meta = self.find(key)?;
        if !matches!(meta, Meta::Path(_)) {
            cx.error_on(meta, format!("`{key}` takes no value: write `{key}`"));
        }
        Some(meta.path().span())
    }

    /// `key` or `key = "Name"`.
    pub(super) fn flag_or_ident(&self, cx: &Ctxt, key: &str) -> Option<Keyed<Option<Ident>>> {
        let meta = self.find(key)?;
        let name = match meta {
            Meta::Path(_) => None,
            _ => Some(name_of_a_type(cx, key, &self.string(cx, key)?)?),
        };
        Some(Keyed { key: meta.path().span(), value: name })
    }

    /// `key = "some::path"`.
    pub(super) fn path(&self, cx: &Ctxt, key: &str) -> Option<Path> {
        let text = self.string(cx, key)?;
        // A crate is a module; `Self` would be taken for one, and is none.
        let is_module = |path: &Path| path.segments.iter().all(|part| part.ident != "Self");
        match text.parse_with(Path::parse_mod_style).ok().filter(is_module) {
            Some(path) => Some(path),
            None => {
                cx.error(text.span(), format!("`{key}` is a path: `{key} = \"{}\"`", sample(key)));
                None
            }
        }
    }

    /// `key(Some, Paths)`.
    pub(super) fn paths(&self, cx: &Ctxt, key: &str) -> Vec<Path> {
        let Some(meta) = self.find(key) else { return Vec::new() };
        let paths = match meta {
            Meta::List(list) => list
                .parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)
                .ok()
                .filter(|paths| !paths.is_empty()),
            _ => None,
        };
        if paths.is_none() {
            cx.error_on(meta, format!("`{key}` is a list: `{key}(PartialEq, Eq)`"));
        }
        paths.unwrap_or_default().into_iter().collect()
    }
}

fn text(cx: &Ctxt, key: &str, meta: &Meta) -> Option<LitStr> {
    let text = value(meta).and_then(string_of);
    if text.is_none() {
        cx.error_on(meta, format!("`{key}` is a string: `{key} = \"{}\"`", sample(key)));
    }
    text
}

/// The text of a literal.
pub(super) fn string_of(expr: &Expr) -> Option<LitStr> {
    match ungrouped(expr) {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.clone()),
        _ => None,
    }
}

/// The expression without the invisible groups in which `macro_rules` wraps what it is given.
fn ungrouped(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(group) => ungrouped(&group.expr),
        _ => expr,
    }
}

fn value(meta: &Meta) -> Option<&Expr> {
    match meta {
        Meta::NameValue(meta) => Some(&meta.value),
        _ => None,
    }
}

fn metas(cx: &Ctxt, attr: &Attribute, place: Place) -> Vec<Meta> {
    let nothing = || {
        let keys = suggest::list(place.keys);
        cx.error_on(attr, format!("an empty `#[event]` says nothing: remove it or write {keys}"));
        Vec::new()
    };
    let list = match &attr.meta {
        Meta::List(list) if !list.tokens.is_empty() => list,
        Meta::NameValue(meta) => {
            cx.error_on(meta, "`event` takes its keys in parentheses: `#[event(..)]`");
            return Vec::new();
        }
        _ => return nothing(),
    };
    match list.parse_args_with(Punctuated::<Entry, Token![,]>::parse_terminated) {
        Ok(entries) => entries.into_iter().map(|Entry(meta)| meta).collect(),
        Err(error) => {
            let message = "`#[event(..)]` is a list of `key`, `key = value` and `key(..)`";
            cx.error(error.span(), message);
            Vec::new()
        }
    }
}

/// One key with its value.
struct Entry(Meta);

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let is_schema = input.peek2(Token![=])
            && !input.peek3(Lit)
            && input.fork().parse::<Ident>().is_ok_and(|key| key == SCHEMA);
        if !is_schema {
            return input.parse().map(Self);
        }
        // As an expression, `Vec<String>` would be two comparisons.
        let path = input.call(Path::parse_mod_style)?;
        let eq_token = input.parse()?;
        let value = Expr::Verbatim(input.parse::<Type>()?.into_token_stream());
        Ok(Self(Meta::NameValue(MetaNameValue { path, eq_token, value })))
    }
}

/// The entry, if the place takes its key and has not had it yet.
fn known(cx: &Ctxt, meta: Meta, place: Place, before: &[Meta]) -> Option<Meta> {
    let key = meta.path().get_ident().map(ToString::to_string).unwrap_or_default();
    if !place.keys.contains(&key.as_str()) {
        let keys = suggest::list(place.keys);
        let hint = match suggest::closest(&key, place.keys) {
            Some(meant) => format!("did you mean `{meant}`? "),
            None => String::new(),
        };
        let key = text::written(meta.path());
        let message = format!("unknown key `{key}`: {hint}`event` on {} takes {keys}", place.name);
        cx.error_on(meta.path(), message);
        return None;
    }
    // `compat` has two forms, a mode and an exemption, and each is given once.
    let form = std::mem::discriminant(&meta);
    let again = |other: &&Meta| key != COMPAT || std::mem::discriminant(*other) == form;
    let repeats = REPEATABLE.contains(&key.as_str());
    if !repeats && before.iter().filter(again).any(|other| other.path().is_ident(&key)) {
        cx.error_on(meta.path(), format!("`{key}` is given twice: keep one"));
        return None;
    }
    Some(meta)
}

fn name_of_a_type(cx: &Ctxt, key: &str, text: &LitStr) -> Option<Ident> {
    let name = text.parse().ok();
    if name.is_none() {
        let sample = sample(key);
        let message =
            format!("\"{}\" is not the name of a type: `{key} = \"{sample}\"`", text.value());
        cx.error(text.span(), message);
    }
    name
}

fn sample(key: &str) -> &'static str {
    use crate::symbol::{
        AGGREGATE, ALIAS, CRATE, INT, NAME, PAYLOAD, PREFIX, RETIRED, UNREADABLE, UPCAST,
    };
    match key {
        AGGREGATE => "order",
        ALIAS => "order.created",
        COMPAT => "backward",
        INT => "string",
        RETIRED => "2026-01-31",
        UNREADABLE => "1",
        UPCAST => "1 => OrderPlacedV1",
        CRATE => "my_app::eventbus",
        NAME => "placed",
        PAYLOAD => "OrderPlaced",
        PREFIX => "order",
        _ => "snake_case",
    }
}

#[cfg(test)]
mod tests {
    use crate::derive::tests::{mistakes, refused};

    fn variant(keys: &str) -> String {
        format!("enum E {{ #[event({keys})] A }}")
    }

    #[test]
    fn an_unknown_key_gets_a_suggestion_and_the_list() {
        refused(
            &variant("verison = 2"),
            "verison",
            "unknown key `verison`: did you mean `version`? `event` on a variant takes `alias`, \
             `compat`, `external`, `name`, `payload`, `retired`, `unknown`, `unreadable`, `upcast` or \
             `version`",
        );
        refused(
            "enum E { A { #[event(id)] a: u8 } }",
            "id",
            "unknown key `id`: `event` on a field takes `aggregate_id`, `event_key`, `int`, `opaque`, \
             `schema` or `tenant_id`",
        );
        refused(
            "#[event(eventbus::name)] struct P {}",
            "eventbus::name",
            "unknown key `eventbus::name`: `event` on a payload struct takes `crate`",
        );
    }

    #[test]
    fn a_key_is_given_once() {
        refused(
            &variant("version = 1, version = 2"),
            "version",
            "`version` is given twice: keep one",
        );
        let twice = "enum E { #[event(version = 1)] #[event(version = 2)] A }";
        assert_eq!(mistakes(twice).len(), 1);
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_shown_the_right_one() {
        refused(
            &variant("version = \"2\""),
            "version = \"2\"",
            "`version` is an integer: `version = 2`",
        );
        refused(&variant("name = 2"), "name = 2", "`name` is a string: `name = \"placed\"`");
        refused(
            "enum E { #[event(external = 1)] A(B) }",
            "external = 1",
            "`external` takes no value: write `external`",
        );
        refused(
            "enum E { A, #[event(unknown = true)] Unknown(RawEvent) }",
            "unknown = true",
            "`unknown` takes no value: write `unknown`",
        );
        refused(
            "#[event(derive)] enum E { A }",
            "derive",
            "`derive` is a list: `derive(PartialEq, Eq)`",
        );
    }

    #[test]
    fn keys_stand_in_parentheses_and_between_commas() {
        refused(
            "#[event = \"order\"] enum E { A }",
            "event = \"order\"",
            "`event` takes its keys in parentheses: `#[event(..)]`",
        );
        let message = "`#[event(..)]` is a list of `key`, `key = value` and `key(..)`";
        refused(&variant("name version"), "version", message);
        refused(&variant("\"placed\""), "\"placed\"", message);
    }

    #[test]
    fn a_text_is_what_its_key_asks_for() {
        for path in ["1 + 1", "", "Self", "a::Self"] {
            refused(
                &format!("#[event(crate = \"{path}\")] enum E {{ A }}"),
                &format!("\"{path}\""),
                "`crate` is a path: `crate = \"my_app::eventbus\"`",
            );
        }
        refused(
            &variant("payload = \"no type\""),
            "\"no type\"",
            "\"no type\" is not the name of a type: `payload = \"OrderPlaced\"`",
        );
        refused(
            &variant("payload = 1"),
            "payload = 1",
            "`payload` is a string: `payload = \"OrderPlaced\"`",
        );
        refused(
            &variant("version = 4294967296"),
            "4294967296",
            "`version` is an integer of 32 bits: `version = 2`",
        );
    }

    #[test]
    fn nothing_is_said_by_an_empty_attribute() {
        refused(
            "enum E { A { #[event] a: u8 } }",
            "#[event]",
            "an empty `#[event]` says nothing: remove it or write `aggregate_id`, `event_key`, `int`, \
             `opaque`, `schema` or `tenant_id`",
        );
        refused(
            "#[event()] struct P {}",
            "#[event()]",
            "an empty `#[event]` says nothing: remove it or write `crate`",
        );
    }
}
