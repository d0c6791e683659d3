//! Text as Markdown spells it, so that it means nothing else.

use crate::emit::reference::{Block, Inline, Word};

/// Text on one line: every sign that could mean something is told not to.
pub(super) fn line(text: &str) -> String {
    let mut out = String::new();
    for char in text.chars() {
        match char {
            '\n' | '\r' | '\t' => out.push(' '),
            char if char.is_control() => out.push(char::REPLACEMENT_CHARACTER),
            // A dash or a number means something only where a line begins, which none of these texts does.
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '#' | '|' | '$' | '!' => {
                out.push('\\');
                out.push(char);
            }
            char => out.push(char),
        }
    }
    out
}

/// Text as code: between as many backticks as it takes.
pub(super) fn code(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|char| match char {
            '\n' | '\r' | '\t' => ' ',
            char if char.is_control() => char::REPLACEMENT_CHARACTER,
            char => char,
        })
        .collect();
    if text.trim().is_empty() {
        return line(&text);
    }
    let ticks = "`".repeat(longest(&text, '`') + 1);
    let is_edged = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let edge = if is_edged { " " } else { "" };
    format!("{ticks}{edge}{text}{edge}{ticks}")
}

/// Lines as code.
pub(super) fn fenced(language: &str, text: &str) -> String {
    let ticks = "`".repeat(longest(text, '`').max(2) + 1);
    format!("{ticks}{language}\n{}\n{ticks}", text.trim_end())
}

/// How many of `sign` follow each other at most.
fn longest(text: &str, sign: char) -> usize {
    text.split(|char| char != sign).map(str::len).max().unwrap_or(0)
}

/// A row of a table.
pub(super) fn row(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| in_cell(cell)).collect();
    format!("| {} |", cells.join(" | "))
}

/// The same in a cell of a table, where a bar ends it even between backticks. What is told already is told once.
pub(super) fn in_cell(text: &str) -> String {
    let mut out = String::new();
    let mut backslashes = 0;
    for char in text.chars() {
        if char == '|' && backslashes % 2 == 0 {
            out.push('\\');
        }
        backslashes = if char == '\\' { backslashes + 1 } else { 0 };
        out.push(if char == '\n' { ' ' } else { char });
    }
    out
}

/// A type in words.
pub(super) fn words(words: &[Word]) -> String {
    let word = |word: &Word| match word {
        Word::Text(text) => line(text),
        Word::Value(value) => code(value),
        Word::Named(name) => code(name),
        Word::Payload => "the payload".to_owned(),
    };
    words.iter().map(word).collect()
}

/// A doc comment.
pub(super) fn prose(docs: &[Block]) -> String {
    docs.iter().map(block).collect::<Vec<_>>().join("\n\n")
}

fn block(block: &Block) -> String {
    match block {
        Block::Paragraph(pieces) => paragraph(pieces),
        Block::Code(text) => fenced("", text),
        Block::List(first, items) => {
            let item = |(index, item): (usize, &Vec<Block>)| {
                let mark = match first {
                    None => "- ".to_owned(),
                    Some(first) => format!("{}. ", first.saturating_add(index as u64)),
                };
                indented(&mark, &" ".repeat(mark.len()), &prose(item))
            };
            items.iter().enumerate().map(item).collect::<Vec<_>>().join("\n")
        }
        Block::Quote(inside) => indented("> ", "> ", &prose(inside)),
    }
}

/// A paragraph, which begins with nothing that would make it something else.
fn paragraph(pieces: &[Inline]) -> String {
    let text: String = pieces.iter().map(piece).collect();
    let text = text.trim();
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    match text.as_bytes().get(digits) {
        Some(b'.' | b')') if digits > 0 => format!("{}\\{}", &text[..digits], &text[digits..]),
        Some(b'-' | b'+' | b'>' | b'=') if digits == 0 => format!("\\{text}"),
        _ => text.to_owned(),
    }
}

fn piece(one: &Inline) -> String {
    let inside = |pieces: &[Inline]| pieces.iter().map(piece).collect::<String>();
    match one {
        Inline::Text(text) => line(text),
        Inline::Code(text) => code(text),
        Inline::Strong(pieces) => format!("**{}**", inside(pieces)),
        Inline::Emphasis(pieces) => format!("*{}*", inside(pieces)),
        Inline::Link(url, pieces) => {
            let url = url.replace('<', "%3C").replace('>', "%3E").replace(['\n', ' '], "%20");
            format!("[{}](<{url}>)", inside(pieces))
        }
    }
}

/// Lines below each other, after a mark.
fn indented(first: &str, others: &str, text: &str) -> String {
    let line = |(index, line): (usize, &str)| {
        let before = if index == 0 { first } else { others };
        format!("{before}{line}").trim_end().to_owned()
    };
    text.lines().enumerate().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Event, Options, Parser};

    use super::{code, fenced, in_cell, line, prose, row};
    use crate::emit::reference;

    const WILD: &[&str] = &[
        "a | b",
        "`x`",
        "``",
        "*a* _b_ ~~c~~",
        "</script><!-- --> ]]>",
        "# no",
        "[a](b)",
        "a\\",
        "\\|",
        "| `|` |",
        "line\nline",
        "&lt; &amp;",
        "![x](y)",
        " x ",
        "日本 `| ü`",
        "$x$",
        "<https://a.b>",
    ];

    fn texts(markdown: &str) -> String {
        let events =
            Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
        events
            .filter_map(|event| match event {
                Event::Text(text) | Event::Code(text) => Some(text.into_string()),
                Event::Html(_) | Event::InlineHtml(_) => panic!("{markdown} is HTML"),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn a_line_says_what_it_is_given_whatever_signs_it_has() {
        for text in WILD {
            let wanted = text.replace('\n', " ");
            assert_eq!(texts(&format!("x{}x", line(text))), format!("x{wanted}x"));
            let code = texts(&format!("x{}x", code(text)));
            assert_eq!(code, format!("x{wanted}x"));
        }
    }

    #[test]
    fn a_row_has_as_many_cells_as_were_given() {
        for text in WILD {
            let cells = [line(text), code(text), "end".to_owned()];
            let table = format!("| a | b | c |\n|---|---|---|\n{}", row(&cells));
            let events = Parser::new_ext(&table, Options::ENABLE_TABLES);
            let cells = events
                .filter(|event| matches!(event, Event::Start(pulldown_cmark::Tag::TableCell)));
            assert_eq!(cells.count(), 6, "{table}");
            assert!(texts(&table).ends_with("end"), "{table}");
        }
        assert_eq!(in_cell("a \\| b | c"), "a \\| b \\| c");
    }

    #[test]
    fn what_was_read_is_written_so_that_it_is_read_again() {
        for docs in [
            "1\\. no list",
            "\\- no list",
            "3) x",
            "- a\n- b\n  - c",
            "7. x\n8. y",
            "> said\n> twice",
            "```rust\nlet x = \"`\";\n```",
            "````\n```\n````",
            "**a *b* c** [l](https://a.b/%3Cc)",
            "a\n===",
            "\\# x",
        ] {
            let read = reference::prose(docs);
            assert_eq!(reference::prose(&prose(&read)), read, "{docs}");
        }
        assert_eq!(fenced("", "```"), "````\n```\n````");
    }
}
