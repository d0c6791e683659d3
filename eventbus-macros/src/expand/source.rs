//! Where a payload and its fields stand in the user's files, for the messages of the evolution check.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::Path;

use crate::ast::Field;

/// The lines are numbers and no `line!()`, which the compiler would have to expand one by one.
pub(super) fn source(private: &Path, ident: &Ident, fields: &[Field<'_>]) -> TokenStream {
    let (file, line) = place(ident.span());
    let fields = fields.iter().map(|field| {
        let (name, place) = (&field.read, place(field.ident.span()));
        // What a macro put together may stand in two files, and only one is told.
        let line = if place.0 == file { place.1 } else { 0 };
        quote!((#name, #line))
    });
    quote!(#private::Source { file: #file, line: #line, fields: &[#(#fields),*] })
}

/// The file as the compiler was given it, and the line from 1. Outside of the compiler nothing is known.
fn place(span: Span) -> (String, u32) {
    if !proc_macro::is_available() {
        return (String::new(), 0);
    }
    let span = span.unwrap();
    (span.file(), u32::try_from(span.line()).unwrap_or(0))
}
