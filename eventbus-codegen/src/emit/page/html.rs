//! HTML as a tree. Text and attributes are escaped where it is printed, so that nobody can forget to.

/// A node of the tree.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// An element.
    Element(Element),
    /// Text, of whatever signs.
    Text(String),
    /// A style or a script of our own, which are not escaped. It is never made of anybody's text.
    Verbatim(&'static str),
}

/// An element.
#[derive(Debug, Clone)]
pub(super) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    children: Vec<Node>,
}

/// Elements without an end tag.
const VOID: &[&str] = &["input", "link", "meta"];

/// Elements that begin a line of their own, where white space says nothing: a change shows as a change of few lines.
const BLOCK: &[&str] = &[
    "article", "body", "dd", "details", "div", "dt", "footer", "h1", "h2", "h3", "h4", "head",
    "header", "html", "li", "link", "main", "meta", "nav", "ol", "p", "pre", "script", "section",
    "style", "summary", "table", "tbody", "thead", "title", "tr", "ul",
];

/// An element without anything in it.
pub(super) fn tag(name: &'static str) -> Element {
    Element { name, attributes: Vec::new(), children: Vec::new() }
}

/// An element with a class.
pub(super) fn classed(name: &'static str, class: &'static str) -> Element {
    tag(name).with("class", class)
}

/// A style or a script.
pub(super) fn verbatim(name: &'static str, text: &'static str) -> Element {
    let mut element = tag(name);
    element.children.push(Node::Verbatim(text));
    element
}

impl Element {
    /// The same with an attribute.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    /// The same with one more child.
    pub(super) fn child(mut self, child: impl Into<Node>) -> Self {
        self.children.push(child.into());
        self
    }

    /// The same with more children.
    pub(super) fn children<T: Into<Node>>(mut self, children: impl IntoIterator<Item = T>) -> Self {
        self.children.extend(children.into_iter().map(Into::into));
        self
    }
}

impl From<Element> for Node {
    fn from(element: Element) -> Self {
        Self::Element(element)
    }
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// The whole document.
pub(super) fn document(comment: &'static str, html: Element) -> String {
    let mut out = format!("<!DOCTYPE html><!-- {comment} -->");
    print(&html.into(), &mut out);
    out.push('\n');
    out
}

fn print(node: &Node, out: &mut String) {
    match node {
        Node::Text(text) => escape(text, false, out),
        Node::Verbatim(text) => out.push_str(text),
        Node::Element(element) => {
            if BLOCK.contains(&element.name) {
                out.push('\n');
            }
            out.push('<');
            out.push_str(element.name);
            for (name, value) in &element.attributes {
                out.push(' ');
                out.push_str(name);
                // An attribute that is there or not has no value.
                if !value.is_empty() {
                    out.push_str("=\"");
                    escape(value, true, out);
                    out.push('"');
                }
            }
            out.push('>');
            if VOID.contains(&element.name) {
                return;
            }
            element.children.iter().for_each(|child| print(child, out));
            out.push_str("</");
            out.push_str(element.name);
            out.push('>');
        }
    }
}

/// A quote means something in an attribute only; payloads, which are full of them, are a good part of the page.
fn escape(text: &str, is_attribute: bool, out: &mut String) {
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if is_attribute => out.push_str("&quot;"),
            '\n' | '\t' => out.push(char),
            // No HTML may hold one.
            char if char.is_control() => out.push(char::REPLACEMENT_CHARACTER),
            char => out.push(char),
        }
    }
}

/// What `text` is called as a place of the document. Signs that an id or a link may not hold are spelt by their bytes.
pub(super) fn id(text: &str) -> String {
    let mut id = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'@' | b'*' | b'/' => {
                id.push(char::from(byte));
            }
            byte => id.push_str(&format!("~{byte:02x}")),
        }
    }
    id
}

#[cfg(test)]
mod tests {
    use super::{document, id, tag};

    #[test]
    fn nothing_that_is_put_in_gets_out() {
        let html = tag("p").with("title", "\"><script>").child("</p><!-- & \" \u{0}\u{1b}[0m");
        let wanted = "<!DOCTYPE html><!-- x -->\n<p title=\"&quot;&gt;&lt;script&gt;\">&lt;/p&gt;&lt;!-- &amp; \" \
                      \u{fffd}\u{fffd}[0m</p>\n";
        assert_eq!(document("x", html), wanted);
    }

    #[test]
    fn a_place_has_an_id_without_white_space() {
        assert_eq!(id("order.placed@1"), "order.placed@1");
        assert_eq!(id("a b%ü~"), "a~20b~25~c3~bc~7e");
    }
}
