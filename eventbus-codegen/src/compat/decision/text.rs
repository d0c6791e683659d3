//! Texts: a length, patterns, formats, and what must not be.

use std::rc::Rc;

use super::accept::matches;
use super::branch::Branch;
use super::budget::Budget;
use super::format::{FORMLESS, Format};
use super::goal::{Found, too_large};
use super::node::{Fact, Literal};
use super::pattern::{Expression, Pattern, Search, Searched};

/// How many texts are held against the formats.
const MOST_TRIED: usize = 8;

/// The longest text that is written out for a witness.
const LONGEST: u64 = 100_000;

#[derive(Default)]
struct Texts<'a> {
    shortest: u64,
    longest: Option<u64>,
    patterns: Vec<&'a Pattern>,
    no_patterns: Vec<&'a Pattern>,
    formats: Vec<&'a Format>,
    no_formats: Vec<&'a Format>,
    excluded: Vec<Literal>,
}

/// A text that is what the branch says.
pub(super) fn build(branch: &Branch, budget: &mut Budget) -> Found {
    let mut texts = Texts { excluded: branch.excluded(), ..Texts::default() };
    for fact in branch.facts() {
        match fact {
            Fact::Shortest(least) => texts.shortest = texts.shortest.max(*least),
            Fact::Longest(most) => texts.at_most(*most),
            Fact::Matches(pattern) => texts.patterns.push(pattern),
            Fact::Format(format) => texts.formats.push(format),
            _ => {}
        }
    }
    for fact in branch.refused() {
        match fact {
            Fact::Shortest(0) => return Found::Nothing,
            Fact::Shortest(least) => texts.at_most(least - 1),
            Fact::Longest(most) => texts.shortest = texts.shortest.max(most.saturating_add(1)),
            Fact::Matches(pattern) => texts.no_patterns.push(pattern),
            Fact::Format(format) => texts.no_formats.push(format),
            _ => {}
        }
    }
    texts.find(budget)
}

impl Texts<'_> {
    fn at_most(&mut self, most: u64) {
        self.longest = Some(self.longest.map_or(most, |known| known.min(most)));
    }

    fn find(&self, budget: &mut Budget) -> Found {
        if self.longest.is_some_and(|longest| longest < self.shortest) {
            return Found::Nothing;
        }
        if self
            .formats
            .iter()
            .any(|format| self.no_formats.iter().any(|other| format.lies_in(other)))
        {
            return Found::Nothing;
        }
        let other: &[&str] = if self.no_formats.is_empty() { &[] } else { &[FORMLESS] };
        let examples = self.formats.iter().flat_map(|format| format.examples());
        let plain = examples.chain(other).chain(&["a", ""]);
        if let Some(text) = plain.copied().find(|text| self.is(text) == Some(true)) {
            return Found::Value(text.into());
        }
        let has_patterns = !self.patterns.is_empty() || !self.no_patterns.is_empty();
        let has_formats = !self.formats.is_empty() || !self.no_formats.is_empty();
        if has_patterns || has_formats { self.of_patterns(budget) } else { self.of_length() }
    }

    /// Without patterns only the length and what is excluded decide.
    fn of_length(&self) -> Found {
        let longest = self.longest.unwrap_or(u64::MAX);
        if longest == 0 && self.is("") == Some(false) {
            return Found::Nothing;
        }
        let length = self.shortest.max(1);
        if length > LONGEST {
            return too_large();
        }
        let rest = "a".repeat(usize::try_from(length - 1).expect("it is not that long"));
        // One more than are excluded: one of them is free.
        let letters = (0x61..).filter_map(char::from_u32).take(self.excluded.len() + 1);
        let text = letters
            .map(|letter| format!("{letter}{rest}"))
            .find(|text| self.is(text) == Some(true));
        text.map_or_else(|| self.doubt(), |text| Found::Value(text.into()))
    }

    fn of_patterns(&self, budget: &mut Budget) -> Found {
        let read = |patterns: &[&Pattern]| -> Result<Vec<Rc<Expression>>, String> {
            patterns
                .iter()
                .map(|pattern| pattern.expression().map(Rc::clone).map_err(str::to_owned))
                .collect()
        };
        let (must, must_not) = match (read(&self.patterns), read(&self.no_patterns)) {
            (Ok(must), Ok(must_not)) => (must, must_not),
            (Err(reason), _) | (_, Err(reason)) => return Found::Doubt(reason),
        };
        let mut search = Search { must, must_not };
        search.must.push(Expression::length(self.shortest, self.longest));
        let excluded = self.excluded.iter().filter_map(|literal| literal.value.as_str());
        search.must_not.extend(excluded.map(Expression::text));
        if !self.formats.is_empty() || !self.no_formats.is_empty() {
            return self.of_formats(&search, budget);
        }
        for _ in 0..MOST_TRIED {
            match search.shortest(budget) {
                Searched::Nothing => return Found::Nothing,
                Searched::TooLarge => return too_large(),
                Searched::Found(text) if self.is(&text) == Some(true) => {
                    return Found::Value(text.into());
                }
                Searched::Found(text) => search.must_not.push(Expression::text(&text)),
            }
        }
        self.doubt()
    }

    /// A text that is certainly of the formats and certainly of none of the others, or the proof that not even a text that
    /// may be of these and may not be of those exists.
    fn of_formats(&self, patterns: &Search, budget: &mut Budget) -> Found {
        let all = |formats: &[&Format], pattern: fn(&Format) -> Option<Pattern>| {
            let one = |format: &&Format| pattern(format)?.expression().ok().map(Rc::clone);
            formats.iter().map(one).collect::<Vec<_>>()
        };
        let certain = all(&self.formats, Format::inner).into_iter().collect::<Option<Vec<_>>>();
        let beyond = all(&self.no_formats, Format::outer).into_iter().collect::<Option<Vec<_>>>();
        if let (Some(certain), Some(beyond)) = (certain, beyond)
            && let Searched::Found(text) = patterns.with(certain, beyond).shortest(budget)
        {
            return Found::Value(text.into());
        }
        let possible = all(&self.formats, Format::outer).into_iter().flatten().collect();
        let within = all(&self.no_formats, Format::inner).into_iter().flatten().collect();
        match patterns.with(possible, within).shortest(budget) {
            Searched::Nothing => Found::Nothing,
            _ => self.doubt(),
        }
    }

    fn doubt(&self) -> Found {
        let format = self.formats.iter().chain(&self.no_formats).next();
        Found::Doubt(format.map_or_else(
            || "no text was found, and none was ruled out".to_owned(),
            |format| format!("which texts are of the format `{}` is not decided", format.0),
        ))
    }

    fn is(&self, text: &str) -> Option<bool> {
        let length = text.chars().count() as u64;
        let long_enough = length >= self.shortest && self.longest.is_none_or(|most| length <= most);
        if !long_enough || self.excluded.iter().any(|literal| literal.value.as_str() == Some(text))
        {
            return Some(false);
        }
        let mut all = Some(true);
        let answers = (self.patterns.iter().map(|pattern| matches(pattern, text)))
            .chain(self.no_patterns.iter().map(|pattern| matches(pattern, text).map(|is| !is)))
            .chain(self.formats.iter().map(|format| format.holds(text)))
            .chain(self.no_formats.iter().map(|format| format.holds(text).map(|is| !is)));
        for answer in answers {
            match answer {
                Some(false) => return Some(false),
                None => all = None,
                Some(true) => {}
            }
        }
        all
    }
}
