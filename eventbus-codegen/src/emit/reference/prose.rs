//! Doc comments, which are Markdown, as what is left of it: text that can be printed in any language.
//!
//! HTML in a doc comment is text like any other, and a link leads to the web or nowhere.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// What a doc comment says.
pub(crate) type Prose = Vec<Block>;

/// A part of a doc comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Block {
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// Lines to be shown as they are.
    Code(String),
    /// A list; with its first number where it has numbers.
    List(Option<u64>, Vec<Prose>),
    /// A quotation.
    Quote(Prose),
}

/// A piece of a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Inline {
    /// Text.
    Text(String),
    /// Text in the fixed width of code.
    Code(String),
    /// Text that is set off.
    Strong(Vec<Self>),
    /// Text that is stressed.
    Emphasis(Vec<Self>),
    /// A link to the web.
    Link(String, Vec<Self>),
}

/// Reads a doc comment.
pub(crate) fn prose(docs: &str) -> Prose {
    let mut reading = Reading { events: Parser::new(docs) };
    reading.blocks()
}

struct Reading<'a> {
    events: Parser<'a>,
}

impl Reading<'_> {
    /// The blocks up to the end of what they are in.
    fn blocks(&mut self) -> Prose {
        let mut blocks = Vec::new();
        // An item of a tight list has no paragraph around its words.
        let mut loose = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::Start(tag) if is_block(&tag) => {
                    flush(&mut loose, &mut blocks);
                    blocks.extend(self.block(&tag));
                }
                Event::End(end) if !is_inline(end) => break,
                Event::Rule => flush(&mut loose, &mut blocks),
                event => loose.extend(self.piece(event)),
            }
        }
        flush(&mut loose, &mut blocks);
        blocks
    }

    fn block(&mut self, tag: &Tag<'_>) -> Option<Block> {
        match tag {
            Tag::Paragraph => some(self.inlines(), Block::Paragraph),
            // The headings of the page are its own.
            Tag::Heading { .. } => {
                let words = self.inlines();
                some(words, |words| Block::Paragraph(vec![Inline::Strong(words)]))
            }
            Tag::CodeBlock(_) => Some(Block::Code(self.text().trim_end_matches('\n').to_owned())),
            Tag::HtmlBlock => {
                let text = self.text();
                let text = text.trim();
                (!text.is_empty()).then(|| Block::Paragraph(vec![Inline::Text(text.to_owned())]))
            }
            Tag::List(first) => {
                let mut items = Vec::new();
                while let Some(Event::Start(_)) = self.events.next() {
                    items.push(self.blocks());
                }
                Some(Block::List(*first, items))
            }
            Tag::BlockQuote(_) => Some(Block::Quote(self.blocks())),
            _ => {
                let inside = self.blocks();
                inside.into_iter().next()
            }
        }
    }

    /// The pieces up to the end of what they are in.
    fn inlines(&mut self) -> Vec<Inline> {
        let mut pieces = Vec::new();
        while let Some(event) = self.events.next() {
            if matches!(event, Event::End(_)) {
                break;
            }
            pieces.extend(self.piece(event));
        }
        joined(pieces)
    }

    fn piece(&mut self, event: Event<'_>) -> Vec<Inline> {
        match event {
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                vec![Inline::Text(text.into_string())]
            }
            Event::Code(text) => vec![Inline::Code(text.into_string())],
            Event::SoftBreak | Event::HardBreak => vec![Inline::Text(" ".to_owned())],
            Event::Start(Tag::Strong) => vec![Inline::Strong(self.inlines())],
            Event::Start(Tag::Emphasis) => vec![Inline::Emphasis(self.inlines())],
            Event::Start(Tag::Link { dest_url, .. }) if is_web(&dest_url) => {
                vec![Inline::Link(dest_url.into_string(), self.inlines())]
            }
            Event::Start(_) => self.inlines(),
            _ => Vec::new(),
        }
    }

    /// The text up to the end of what it is in.
    fn text(&mut self) -> String {
        let mut text = String::new();
        for event in self.events.by_ref() {
            match event {
                Event::End(_) => break,
                Event::Text(more) | Event::Html(more) => text.push_str(&more),
                _ => {}
            }
        }
        text
    }
}

fn some(words: Vec<Inline>, block: impl FnOnce(Vec<Inline>) -> Block) -> Option<Block> {
    (!words.is_empty()).then(|| block(words))
}

fn flush(loose: &mut Vec<Inline>, blocks: &mut Prose) {
    blocks.extend(some(joined(std::mem::take(loose)), Block::Paragraph));
}

/// Neighbouring texts as one.
fn joined(pieces: Vec<Inline>) -> Vec<Inline> {
    let mut all: Vec<Inline> = Vec::new();
    for piece in pieces {
        match (all.last_mut(), piece) {
            (Some(Inline::Text(before)), Inline::Text(text)) => before.push_str(&text),
            (_, piece) => all.push(piece),
        }
    }
    all
}

fn is_block(tag: &Tag<'_>) -> bool {
    !matches!(
        tag,
        Tag::Strong | Tag::Emphasis | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. }
    )
}

fn is_inline(end: TagEnd) -> bool {
    matches!(
        end,
        TagEnd::Strong | TagEnd::Emphasis | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image
    )
}

fn is_web(url: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::{Block, Inline, prose};

    fn text(text: &str) -> Inline {
        Inline::Text(text.to_owned())
    }

    #[test]
    fn paragraphs_lists_and_code_are_told_apart() {
        let docs = "First `x`\nline.\n\n- one\n- two **bold**\n\n```json\n{}\n```\n";
        let wanted = vec![
            Block::Paragraph(vec![text("First "), Inline::Code("x".to_owned()), text(" line.")]),
            Block::List(
                None,
                vec![
                    vec![Block::Paragraph(vec![text("one")])],
                    vec![Block::Paragraph(vec![text("two "), Inline::Strong(vec![text("bold")])])],
                ],
            ),
            Block::Code("{}".to_owned()),
        ];
        assert_eq!(prose(docs), wanted);
    }

    #[test]
    fn html_is_text_and_only_links_to_the_web_are_links() {
        let wanted = |inside| vec![Block::Paragraph(inside)];
        assert_eq!(prose("a </script> b"), wanted(vec![text("a </script> b")]));
        assert_eq!(prose("<b>\nx"), wanted(vec![text("<b>\nx")]));
        assert_eq!(prose("[a](javascript:b)"), wanted(vec![text("a")]));
        let link = Inline::Link("https://a.example".to_owned(), vec![text("a")]);
        assert_eq!(prose("[a](https://a.example)"), wanted(vec![link]));
    }

    #[test]
    fn what_is_left_open_swallows_nothing() {
        assert_eq!(prose("```\nopen"), vec![Block::Code("open".to_owned())]);
        assert_eq!(prose(""), vec![]);
        assert_eq!(prose("# Head\n\n> said").len(), 2);
    }
}
