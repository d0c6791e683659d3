//! The two derives, from tokens to tokens: attr → ast → check → expand.

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::ast::Enum;
use crate::ctxt::Ctxt;
use crate::payload::PayloadStruct;
use crate::subset::Subset;
use crate::{check, expand, fallback};

/// What `#[derive(DomainEvent)]` writes, and what is wrong with its input.
pub(crate) fn domain_event(input: &DeriveInput) -> (TokenStream, Vec<syn::Error>) {
    let cx = Ctxt::new();
    let model = Enum::read(&cx, input);
    check::generics(&cx, &input.generics);
    if let Some(model) = &model {
        check::domain_event(&cx, model);
    }
    let errors = cx.finish();
    match model {
        Some(model) if errors.is_empty() => (expand::domain_event(&model), errors),
        model => (fallback::domain_event(input, model.as_ref()), errors),
    }
}

/// What `#[derive(EventPayload)]` writes, and what is wrong with its input.
pub(crate) fn event_payload(input: &DeriveInput) -> (TokenStream, Vec<syn::Error>) {
    let cx = Ctxt::new();
    let model = PayloadStruct::read(&cx, input);
    check::generics(&cx, &input.generics);
    if let Some(model) = &model {
        check::event_payload(&cx, model);
    }
    let errors = cx.finish();
    match model {
        Some(model) if errors.is_empty() => (expand::event_payload(&model), errors),
        model => (fallback::event_payload(input, model.as_ref()), errors),
    }
}

/// What `#[derive(EventSubset)]` writes, and what is wrong with its input.
pub(crate) fn event_subset(input: &DeriveInput) -> (TokenStream, Vec<syn::Error>) {
    let cx = Ctxt::new();
    let model = Subset::read(&cx, input);
    check::generics(&cx, &input.generics);
    if let Some(model) = &model {
        check::event_subset(&cx, model);
    }
    let errors = cx.finish();
    match model {
        Some(model) if errors.is_empty() => (expand::event_subset(&model), errors),
        model => (fallback::event_subset(input, model.as_ref()), errors),
    }
}

/// The code, and the errors as the compiler understands them.
pub(crate) fn answer((code, errors): (TokenStream, Vec<syn::Error>)) -> TokenStream {
    let mut tokens = code;
    tokens.extend(errors.iter().map(syn::Error::to_compile_error));
    tokens
}

#[cfg(test)]
pub(crate) mod tests {
    //! The pipeline without the compiler.

    use proc_macro2::{Span, TokenStream, TokenTree};
    use syn::{DeriveInput, LitStr};

    /// What is wrong with an enum of events or a payload struct, as (the text that is underlined, the message).
    pub(crate) fn mistakes(source: &str) -> Vec<(String, String)> {
        let input: DeriveInput = syn::parse_str(source).expect("the source parses");
        let answer = match input.data {
            syn::Data::Struct(_) => super::event_payload,
            _ => super::domain_event,
        };
        told(&answer(&input).1)
    }

    fn told(errors: &[syn::Error]) -> Vec<(String, String)> {
        let underlined = |error: &syn::Error| {
            (error.span().source_text().unwrap_or_default(), error.to_string())
        };
        errors.iter().flat_map(|error| error.clone()).map(|error| underlined(&error)).collect()
    }

    /// The same of a subset.
    pub(crate) fn subset_mistakes(source: &str) -> Vec<(String, String)> {
        let input: DeriveInput = syn::parse_str(source).expect("the source parses");
        told(&super::event_subset(&input).1)
    }

    /// Asserts the one mistake of a subset.
    #[track_caller]
    pub(crate) fn subset_refused(source: &str, text: &str, message: &str) {
        let wanted = [(text.to_owned(), message.to_owned())];
        assert_eq!(subset_mistakes(source), wanted, "{source}");
    }

    /// Asserts the one mistake of an input that derives the wrong one of the two.
    #[track_caller]
    pub(crate) fn misplaced(derive: &str, source: &str, text: &str, message: &str) {
        let input: DeriveInput = syn::parse_str(source).expect("the source parses");
        let errors = match derive {
            "DomainEvent" => super::domain_event(&input).1,
            _ => super::event_payload(&input).1,
        };
        assert_eq!(told(&errors), [(text.to_owned(), message.to_owned())], "{source}");
    }

    /// What the code of a sound source asserts of other enums, as (the text that is underlined, the message).
    pub(crate) fn asserted(source: &str) -> Vec<(String, String)> {
        let underlined = |span: Span| span.source_text().unwrap_or_default();
        assertions(code(source)).into_iter().map(|(span, text)| (underlined(span), text)).collect()
    }

    /// Every text in the arguments of a `panic!`, with the place of the macro.
    pub(crate) fn assertions(tokens: TokenStream) -> Vec<(Span, String)> {
        let (mut assertions, mut panics) = (Vec::new(), None);
        for tree in tokens {
            match tree {
                TokenTree::Ident(ident) if ident == "panic" => panics = Some(ident.span()),
                TokenTree::Group(group) => match panics.take() {
                    Some(span) => {
                        let texts = texts(group.stream()).into_iter().filter(|text| text != "{}");
                        assertions.extend(texts.map(|text| (span, text)));
                    }
                    None => assertions.extend(self::assertions(group.stream())),
                },
                _ => {}
            }
        }
        assertions
    }

    fn texts(tokens: TokenStream) -> Vec<String> {
        let text = |tree| match tree {
            TokenTree::Group(group) => texts(group.stream()),
            TokenTree::Literal(literal) => {
                syn::parse_str::<LitStr>(&literal.to_string()).iter().map(LitStr::value).collect()
            }
            _ => Vec::new(),
        };
        tokens.into_iter().flat_map(text).collect()
    }

    /// Asserts the one mistake of the source.
    #[track_caller]
    pub(crate) fn refused(source: &str, text: &str, message: &str) {
        assert_eq!(mistakes(source), [(text.to_owned(), message.to_owned())], "{source}");
    }

    /// Asserts that the source has no mistake.
    #[track_caller]
    pub(crate) fn accepted(source: &str) {
        assert_eq!(mistakes(source), [], "{source}");
    }

    fn code(source: &str) -> TokenStream {
        let input: DeriveInput = syn::parse_str(source).expect("the source parses");
        super::answer(super::domain_event(&input))
    }

    #[test]
    fn whatever_parses_as_an_input_is_answered_with_items() {
        for source in [
            "struct S;",
            "union U { a: u32, b: f32 }",
            "enum E {}",
            "enum E<'a, T: Clone, const N: usize> where T: Copy { A { t: &'a [T; N] } }",
            "enum E { A(), B(u8, u8), C(()), D([u8; 4]), E(fn()), F(dyn Send), G(!), H(&'static E) }",
            "enum E { A(Box<Option<E>>), B(Self), C(a::b::C<D>), D(<X as Y>::Z), F(m!()) }",
            "#[event] #[event()] #[event = 1] #[event(1)] #[event(a::b, crate, crate = 2)] enum E { A }",
            "#[event(derive, prefix = 3, rename_all = [1])] enum E { #[event(name, version)] A }",
            "#[serde] #[serde = 1] #[serde(rename_all(serialize))] enum E { #[serde(1)] A { #[serde] a: u8 } }",
            "enum E { #[event(name = \"\")] A, #[event(name = \".\")] B, #[event(name = \"ß*\")] __ }",
            "enum r#enum { r#A { r#type: u8 }, A = 1, A }",
            "enum Event { #[event(payload = \"\")] A, #[event(payload(x))] B(C), #[event(payload)] D(u8) }",
        ] {
            let input: DeriveInput = syn::parse_str(source).expect("the source parses");
            let subset = super::answer(super::event_subset(&input)).to_string();
            for answer in [code(source).to_string(), subset] {
                assert!(syn::parse_str::<syn::File>(&answer).is_ok(), "{source}\n{answer}");
            }
        }
    }

    #[test]
    fn an_answer_without_mistakes_has_no_stub() {
        let answer = code("enum OrderEvent { Placed { id: u64 } }").to_string();
        assert!(answer.contains("struct OrderPlaced"), "{answer}");
        assert!(!answer.contains("unreachable") && !answer.contains("compile_error"), "{answer}");
    }
}
