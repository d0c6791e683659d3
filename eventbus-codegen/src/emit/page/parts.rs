//! What appears all over the page: prose, types in words, payloads.

use super::html::{Element, Node, classed, id, tag};
use crate::emit::reference::{Block, Inline, Prose, Word, Words};

/// A doc comment.
pub(super) fn prose(docs: &Prose) -> Vec<Element> {
    docs.iter().map(block).collect()
}

fn block(block: &Block) -> Element {
    match block {
        Block::Paragraph(pieces) => tag("p").children(pieces.iter().map(piece)),
        Block::Code(text) => lines(text),
        Block::List(first, items) => {
            let list = match first {
                None => tag("ul"),
                Some(1) => tag("ol"),
                Some(first) => tag("ol").with("start", first.to_string()),
            };
            list.children(items.iter().map(|item| tag("li").children(prose(item))))
        }
        Block::Quote(inside) => tag("blockquote").children(prose(inside)),
    }
}

fn piece(piece: &Inline) -> Node {
    match piece {
        Inline::Text(text) => text.as_str().into(),
        Inline::Code(text) => tag("code").child(text.as_str()).into(),
        Inline::Strong(inside) => tag("strong").children(inside.iter().map(self::piece)).into(),
        Inline::Emphasis(inside) => tag("em").children(inside.iter().map(self::piece)).into(),
        Inline::Link(url, inside) => tag("a")
            .with("href", url.as_str())
            .with("rel", "noreferrer")
            .children(inside.iter().map(self::piece))
            .into(),
    }
}

/// A box of lines, which the keyboard can scroll.
fn lines(text: &str) -> Element {
    tag("pre").with("tabindex", "0").child(tag("code").child(text))
}

/// A type in words, its names linked to the types of the version whose place is `version`.
pub(super) fn words(words: &Words, version: &str) -> Element {
    let link = |to: String, text: &str| tag("a").with("href", format!("#{to}")).child(text);
    let word = |word: &Word| -> Node {
        match word {
            Word::Text(text) => text.as_str().into(),
            Word::Value(value) => tag("code").child(value.as_str()).into(),
            Word::Named(name) => link(type_place(version, name), name).into(),
            Word::Payload => link(id(version), "the payload").into(),
        }
    };
    classed("span", "type").children(words.iter().map(word))
}

/// The place of a type of a version.
pub(super) fn type_place(version: &str, name: &str) -> String {
    id(&format!("{version}/{name}"))
}

/// A payload with its keys and values told apart by colour.
pub(super) fn payload(text: &str, label: &str) -> Element {
    let code = tag("code").children(tokens(text.trim_end()).into_iter().map(|(class, text)| {
        let node: Node = match class {
            "" => text.into(),
            class => classed("span", class).child(text).into(),
        };
        node
    }));
    tag("pre").with("tabindex", "0").with("aria-label", label).child(code)
}

/// The signs of a JSON text with what each is. What is no JSON is left as it is.
fn tokens(text: &str) -> Vec<(&'static str, &str)> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string(rest),
            first if is_word(first) => rest.find(|char| !is_word(char)).unwrap_or(rest.len()),
            _ => rest.find(|char| char == '"' || is_word(char)).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at(length);
        let class = match first {
            '"' if after.trim_start().starts_with(':') => "k",
            '"' => "s",
            first if first.is_ascii_digit() || first == '-' => "n",
            first if is_word(first) => "b",
            _ => "",
        };
        tokens.push((class, token));
        rest = after;
    }
    tokens
}

fn is_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '-' | '+' | '.')
}

/// How long the string at the beginning is, its quotes included.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, char) in text.char_indices().skip(1) {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::tokens;

    #[test]
    fn keys_strings_numbers_and_words_are_told_apart() {
        let text = r#"{"a\"": "b:", "c": [-1.5e+3, true, null]}"#;
        let found = tokens(text);
        let of = |class| -> Vec<&str> {
            found.iter().filter(|(is, _)| *is == class).map(|(_, text)| *text).collect()
        };
        assert_eq!(of("k"), [r#""a\"""#, r#""c""#]);
        assert_eq!(of("s"), [r#""b:""#]);
        assert_eq!(of("n"), ["-1.5e+3"]);
        assert_eq!(of("b"), ["true", "null"]);
        assert_eq!(found.iter().map(|(_, text)| *text).collect::<String>(), text);
    }

    #[test]
    fn what_is_no_json_stays_as_it_is() {
        for text in ["\"open", "", "ü{\"", "\"\\"] {
            assert_eq!(tokens(text).iter().map(|(_, text)| *text).collect::<String>(), text);
        }
    }
}
