//! The cases of names: a variant's identifier as a segment, a field's identifier under serde's `rename_all`.

/// The identifier's words in snake_case, where a capital begins a word; of adjacent capitals only the last does.
pub(crate) fn snake(ident: &str) -> String {
    split(ident, |chars, at| {
        !chars[at - 1].is_uppercase() || chars.get(at + 1).is_some_and(|next| next.is_lowercase())
    })
}

/// Whether two capitals stand side by side, so that the words may be split in two ways.
pub(crate) fn is_ambiguous(ident: &str) -> bool {
    let chars: Vec<char> = ident.chars().collect();
    chars.windows(2).any(|pair| pair[0].is_uppercase() && pair[1].is_uppercase())
}

/// The two readings of an identifier with adjacent capitals: all of them one word, or the last begins its own.
pub(crate) fn readings(ident: &str) -> (String, String) {
    let run = split(ident, |chars, at| !chars[at - 1].is_uppercase());
    let words = snake(ident);
    if run == words { (run, split(ident, |_, _| true)) } else { (run, words) }
}

fn split(ident: &str, begins: impl Fn(&[char], usize) -> bool) -> String {
    let chars: Vec<char> = ident.chars().collect();
    let mut text = String::new();
    for (at, char) in chars.iter().enumerate() {
        if char.is_uppercase() && at > 0 && chars[at - 1] != '_' && begins(&chars, at) {
            text.push('_');
        }
        text.extend(char.to_lowercase());
    }
    text
}

/// A field's name under serde's `rename_all`.
pub(crate) fn field(rule: &str, ident: &str) -> String {
    match rule {
        "UPPERCASE" | "SCREAMING_SNAKE_CASE" => ident.to_ascii_uppercase(),
        "PascalCase" => pascal(ident),
        "camelCase" => {
            let mut rest = pascal(ident);
            let first = if rest.is_empty() { None } else { Some(rest.remove(0)) };
            first.map(|first| first.to_ascii_lowercase()).into_iter().chain(rest.chars()).collect()
        }
        "kebab-case" => ident.replace('_', "-"),
        "SCREAMING-KEBAB-CASE" => ident.to_ascii_uppercase().replace('_', "-"),
        _ => ident.to_owned(),
    }
}

fn pascal(ident: &str) -> String {
    let mut text = String::new();
    let mut begins = true;
    for char in ident.chars() {
        if char == '_' {
            begins = true;
        } else if begins {
            text.push(char.to_ascii_uppercase());
            begins = false;
        } else {
            text.push(char);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{field, is_ambiguous, readings, snake};

    #[test]
    fn a_capital_begins_a_word() {
        assert_eq!(snake("Placed"), "placed");
        assert_eq!(snake("StockReserved"), "stock_reserved");
        assert_eq!(snake("Level2Reached"), "level2_reached");
        assert_eq!(snake("Old_Name"), "old_name");
    }

    #[test]
    fn adjacent_capitals_have_two_readings() {
        assert!(is_ambiguous("OAuth2Linked"));
        assert!(!is_ambiguous("StockReserved"));
        assert_eq!(readings("OAuth2Linked"), ("oauth2_linked".into(), "o_auth2_linked".into()));
        assert_eq!(readings("UserID"), ("user_id".into(), "user_i_d".into()));
    }

    #[test]
    fn fields_are_renamed_as_serde_does_it() {
        assert_eq!(field("camelCase", "order_id"), "orderId");
        assert_eq!(field("PascalCase", "order_id"), "OrderId");
        assert_eq!(field("SCREAMING-KEBAB-CASE", "order_id"), "ORDER-ID");
        assert_eq!(field("kebab-case", "order_id"), "order-id");
        assert_eq!(field("snake_case", "order_id"), "order_id");
    }
}
