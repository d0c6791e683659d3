//! Tokens as somebody would have written them.

use quote::ToTokens;

/// The tokens without the spaces that a printer of tokens puts between them, `a::B<C>`.
pub(crate) fn written(tokens: impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (spaced, close) in [
        (" ::", "::"),
        (":: ", "::"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" ,", ","),
        (" ;", ";"),
        ("& ", "&"),
    ] {
        text = text.replace(spaced, close);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn a_type_reads_as_it_was_written() {
        for ty in ["a::B", "Vec<u32>", "HashMap<String, Vec<u8>>", "(u8, u8)", "[u8; 4]", "&str"] {
            assert_eq!(written(syn::parse_str::<syn::Type>(ty).unwrap()), ty);
        }
    }
}
