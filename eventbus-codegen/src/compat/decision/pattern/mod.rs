//! Regular languages: whether some text matches all of these patterns and none of those.
//!
//! A pattern becomes an expression whose derivative by a character is what the rest of a text must match. Several patterns
//! are walked side by side, so neither intersection nor complement has to be built.

mod parse;
mod search;

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

pub(super) use self::search::{Search, Searched};

/// A pattern as a schema spells it: found anywhere in the text, unless it is anchored. It is parsed once and shared.
#[derive(Debug, Clone)]
pub(super) struct Pattern(Rc<Parsed>);

#[derive(Debug)]
struct Parsed {
    text: String,
    expression: Result<Rc<Expression>, String>,
}

/// A regular expression over whole texts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Expression {
    Nothing,
    Empty,
    /// One character of these ranges, sorted and apart.
    One(Rc<[(char, char)]>),
    Then(Rc<Self>, Rc<Self>),
    /// Sorted, without doubles.
    Or(Vec<Rc<Self>>),
    Repeat(Rc<Self>, u32, Option<u32>),
}

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        let expression = parse::anywhere(text)
            .map_err(|reason| format!("the pattern `{text}` cannot be decided: {reason}"));
        Self(Rc::new(Parsed { text: text.to_owned(), expression }))
    }

    /// The texts that it is found in, or why it cannot be decided.
    pub(super) fn expression(&self) -> Result<&Rc<Expression>, &str> {
        self.0.expression.as_ref().map_err(String::as_str)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text
    }
}

impl Eq for Pattern {}

impl PartialOrd for Pattern {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Pattern {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.text.cmp(&other.0.text)
    }
}

impl Hash for Pattern {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.text.hash(state);
    }
}

impl Expression {
    /// Any one character.
    pub(super) fn any() -> Rc<Self> {
        Rc::new(Self::One([('\0', char::MAX)].into()))
    }

    /// Any text of so many characters.
    pub(super) fn length(least: u64, most: Option<u64>) -> Rc<Self> {
        let narrow = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        repeat(Self::any(), narrow(least), most.map(narrow))
    }

    /// This text alone.
    pub(super) fn text(text: &str) -> Rc<Self> {
        let letters =
            text.chars().rev().map(|letter| Rc::new(Self::One([(letter, letter)].into())));
        letters.fold(Rc::new(Self::Empty), |rest, letter| then(letter, rest))
    }

    pub(super) fn matches(self: &Rc<Self>, text: &str) -> bool {
        let rest = text.chars().fold(Rc::clone(self), |rest, letter| rest.after(letter));
        rest.accepts_empty()
    }

    fn accepts_empty(&self) -> bool {
        match self {
            Self::Nothing | Self::One(_) => false,
            Self::Empty => true,
            Self::Then(first, second) => first.accepts_empty() && second.accepts_empty(),
            Self::Or(choices) => choices.iter().any(|choice| choice.accepts_empty()),
            Self::Repeat(inner, least, _) => *least == 0 || inner.accepts_empty(),
        }
    }

    /// What the rest of a text must match after `letter`.
    fn after(&self, letter: char) -> Rc<Self> {
        match self {
            Self::Nothing | Self::Empty => Rc::new(Self::Nothing),
            Self::One(ranges) => {
                let is_in = ranges.iter().any(|(low, high)| (*low..=*high).contains(&letter));
                Rc::new(if is_in { Self::Empty } else { Self::Nothing })
            }
            Self::Then(first, second) => {
                let long = then(first.after(letter), Rc::clone(second));
                if first.accepts_empty() { or([long, second.after(letter)]) } else { long }
            }
            Self::Or(choices) => or(choices.iter().map(|choice| choice.after(letter))),
            Self::Repeat(inner, least, most) => {
                let rest = repeat(Rc::clone(inner), least.saturating_sub(1), most.map(|n| n - 1));
                then(inner.after(letter), rest)
            }
        }
    }

    fn ranges(&self, out: &mut Vec<(char, char)>) {
        match self {
            Self::Nothing | Self::Empty => {}
            Self::One(ranges) => out.extend(ranges.iter()),
            Self::Then(first, second) => {
                first.ranges(out);
                second.ranges(out);
            }
            Self::Or(choices) => choices.iter().for_each(|choice| choice.ranges(out)),
            Self::Repeat(inner, ..) => inner.ranges(out),
        }
    }
}

fn then(first: Rc<Expression>, second: Rc<Expression>) -> Rc<Expression> {
    match (&*first, &*second) {
        (Expression::Nothing, _) | (_, Expression::Empty) => first,
        (_, Expression::Nothing) | (Expression::Empty, _) => second,
        // To the right, so that equal languages are more often equal expressions.
        (Expression::Then(a, b), _) => {
            Rc::new(Expression::Then(Rc::clone(a), then(Rc::clone(b), second)))
        }
        _ => Rc::new(Expression::Then(first, second)),
    }
}

fn or(choices: impl IntoIterator<Item = Rc<Expression>>) -> Rc<Expression> {
    let mut flat = Vec::new();
    for choice in choices {
        match &*choice {
            Expression::Nothing => {}
            Expression::Or(inner) => flat.extend(inner.iter().cloned()),
            _ => flat.push(choice),
        }
    }
    let everything = repeat(Expression::any(), 0, None);
    if flat.contains(&everything) {
        return everything;
    }
    flat.sort_unstable();
    flat.dedup();
    match flat.len() {
        0 => Rc::new(Expression::Nothing),
        1 => flat.swap_remove(0),
        _ => Rc::new(Expression::Or(flat)),
    }
}

fn repeat(inner: Rc<Expression>, least: u32, most: Option<u32>) -> Rc<Expression> {
    match (&*inner, least, most) {
        (_, _, Some(0)) | (Expression::Empty, ..) | (Expression::Nothing, 0, _) => {
            Rc::new(Expression::Empty)
        }
        (_, least, Some(most)) if least > most => Rc::new(Expression::Nothing),
        (Expression::Nothing, ..) | (_, 1, Some(1)) => inner,
        _ => Rc::new(Expression::Repeat(inner, least, most)),
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::super::budget::{Budget, WHOLE};
    use super::{Pattern, Search, Searched};

    fn search(must: &[&str], must_not: &[&str]) -> Searched {
        let all = |patterns: &[&str]| {
            let read = |text: &&str| Rc::clone(Pattern::new(text).expression().unwrap());
            patterns.iter().map(read).collect()
        };
        Search { must: all(must), must_not: all(must_not) }.shortest(&mut Budget(WHOLE))
    }

    fn found(text: &str) -> Searched {
        Searched::Found(text.to_owned())
    }

    #[test]
    fn a_pattern_is_found_anywhere_unless_it_is_anchored() {
        let matches =
            |pattern: &str, text: &str| Pattern::new(pattern).expression().unwrap().matches(text);
        assert!(matches("b+", "abc") && !matches("^b+", "abc") && !matches("b+$", "abc"));
        assert!(matches("^(a|bc)$", "bc") && !matches("^(a|bc)$", "abc"));
        assert!(matches("^a|b$", "xb") && matches("^a|b$", "ax") && !matches("^a|b$", "xax"));
        assert!(matches("^\\d{2,3}$", "123") && !matches("^\\d{2,3}$", "1234"));
        assert!(!matches("^\\w$", "ä") && !matches("^.$", "\r"));
    }

    #[test]
    fn one_language_is_held_against_another() {
        assert_eq!(search(&["^(ab){3}$"], &["^(ab)*$"]), Searched::Nothing);
        assert_eq!(search(&["^(ab)*$"], &["^(ab){3}$"]), found(""));
        assert_eq!(search(&["a+"], &["a"]), Searched::Nothing);
        assert_eq!(search(&["a*"], &["a+"]), found(""));
        assert_eq!(search(&["^[a-c]$", "^[b-d]$"], &["^b$"]), found("c"));
        assert_eq!(search(&["^[0-9a-f]{64}$"], &["^[0-9a-f]+$"]), Searched::Nothing);
        assert_eq!(search(&["(a|b)*c"], &["^[abc]*$"]), found("cd"));
    }

    #[test]
    fn what_is_not_regular_or_too_large_is_said_to_be_so() {
        for pattern in ["(?=a)b", "\\bword\\b", "a^b", "(a)\\1"] {
            assert!(Pattern::new(pattern).expression().is_err(), "{pattern}");
        }
        let huge = search(&["^(a|b)*a(a|b){40}$", "^(a|b)*b(a|b){39}$"], &["^(ab|ba|aa|bb)*$"]);
        assert!(matches!(huge, Searched::TooLarge | Searched::Found(_)), "{huge:?}");
    }
}
