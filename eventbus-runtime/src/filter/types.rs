//! Sets of type names, closed under and, or and not.
//!
//! A set is a trie over the segments of names: each node says whether the name that ends there belongs to the set, and
//! whether the names do that go on below it with a segment that the trie does not list. So a family is a set although
//! nobody can list its names, and so is everything but a family.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::catalog::{Catalog, Leaf};
#[cfg(feature = "relay")]
use crate::emit::{is_name, is_prefix};
#[cfg(feature = "relay")]
use crate::error::{Error, ErrorKind, Result};
use crate::event::DomainEvent;

/// A set of event types: `order.placed`, a family like `order.*`, and whatever `|`, `&` and `!` of filters make of them.
///
/// ```
/// use eventbus_runtime::{DomainEvent, TypeSet};
///
/// #[derive(Debug, DomainEvent)]
/// #[event(prefix = "order")]
/// enum OrderEvent {
///     Placed { id: u64 },
///     Shipped { id: u64 },
/// }
///
/// let types = TypeSet::of::<OrderEvent>().difference(&TypeSet::of::<OrderPlaced>());
/// assert_eq!(types.to_string(), "order.* except order.placed");
/// assert!(types.contains("order.shipped") && !types.contains("order.placed"));
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct TypeSet {
    root: Node,
}

/// One of the [patterns](TypeSet::patterns) that cover a set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TypePattern {
    /// One name, `order.placed`.
    Name(String),
    /// Every name below this one, which is not one of them: `order` stands for `order.*`, the empty text for everything.
    Family(String),
}

/// Canonical: a child that says no more than `rest` does is left out, so that equal sets are equal tries.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
struct Node {
    exact: bool,
    rest: bool,
    children: BTreeMap<Cow<'static, str>, Self>,
}

static NONE: Node = Node { exact: false, rest: false, children: BTreeMap::new() };
static ALL: Node = Node { exact: true, rest: true, children: BTreeMap::new() };

/// Every name under which the log may hold a leaf's events.
pub(crate) fn names_of(leaf: &'static Leaf) -> impl Iterator<Item = &'static str> {
    std::iter::once(leaf.event_type).chain(leaf.aliases.iter().copied())
}

impl TypeSet {
    /// The types of `E`: of a payload its name; of a group its whole family, also what this code does not know of it;
    /// of a root and of a subset what its members have.
    #[must_use]
    pub fn of<E: DomainEvent>() -> Self {
        Self::of_catalog(&E::CATALOG)
    }

    pub(crate) fn of_catalog(catalog: &Catalog) -> Self {
        let mut set = Self::default();
        set.add(catalog);
        set
    }

    /// The types that a pattern stands for.
    #[cfg(feature = "relay")]
    pub(crate) fn of_pattern(pattern: &TypePattern) -> Self {
        let mut set = Self::default();
        let (name, family) = match pattern {
            TypePattern::Family(prefix) if prefix.is_empty() => return Self::everything(),
            TypePattern::Family(prefix) => (prefix, true),
            TypePattern::Name(name) => (name, false),
        };
        set.insert(name.split('.').map(|segment| Cow::Owned(segment.to_owned())), family);
        set
    }

    /// Every type.
    #[must_use]
    pub fn everything() -> Self {
        Self::default().complement()
    }

    /// The types that a pattern names: `order.placed`, a family `order.*`, or `*` for every type.
    #[cfg(feature = "relay")]
    pub(crate) fn parse(pattern: &str) -> Result<Self> {
        let family = pattern.strip_suffix(".*");
        let name = family.unwrap_or(pattern);
        if pattern == "*" {
            return Ok(Self::everything());
        }
        if !is_prefix(name) || (family.is_none() && !is_name(name)) {
            let message = format!(
                "`{pattern}` names no event types: write a name, `order.placed`, a family, `order.*`, or `*` for every type"
            );
            return Err(Error::new(ErrorKind::ValidationFailed, message));
        }
        let name = name.to_owned();
        let pattern =
            if family.is_some() { TypePattern::Family(name) } else { TypePattern::Name(name) };
        Ok(Self::of_pattern(&pattern))
    }

    /// The types of either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.combine(other, |left, right| left || right)
    }

    /// The types of both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.combine(other, |left, right| left && right)
    }

    /// The types of this set that the other has not.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.combine(other, |left, right| left && !right)
    }

    /// Every type that is not in this set.
    #[must_use]
    pub fn complement(&self) -> Self {
        self.combine(self, |left, _| !left)
    }

    /// Whether no type is in this set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.root == NONE
    }

    /// Whether no type is in both sets.
    #[must_use]
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.intersection(other).is_empty()
    }

    /// Whether a type is in this set. Allocates nothing.
    #[must_use]
    pub fn contains(&self, event_type: &str) -> bool {
        let mut node = &self.root;
        for segment in event_type.split('.') {
            match node.children.get(segment) {
                Some(child) => node = child,
                None => return node.rest,
            }
        }
        node.exact
    }

    /// Names and families that cover the set, sorted: what a store or a broker can ask for.
    ///
    /// They cover more than the set where it is a family without some of its names, so that whoever reads by them asks
    /// [`TypeSet::contains`] of what comes.
    #[must_use]
    pub fn patterns(&self) -> Vec<TypePattern> {
        let mut patterns = Vec::new();
        self.root.cover(String::new(), &mut patterns);
        patterns.sort();
        patterns
    }

    /// Adds what a node of the catalog stands for. Sets that only grow have no children below a `rest`.
    fn add(&mut self, catalog: &Catalog) {
        match catalog {
            Catalog::Leaf(leaf) => {
                names_of(leaf)
                    .for_each(|name| self.insert(name.split('.').map(Cow::Borrowed), false));
            }
            Catalog::Group(group) if group.unknown && group.prefix.is_empty() => {
                self.root = Node { exact: false, ..ALL.clone() };
            }
            Catalog::Group(group) => {
                if !group.prefix.is_empty() && !group.subset {
                    self.insert(group.prefix.split('.').map(Cow::Borrowed), true);
                }
                group.members.iter().for_each(|member| self.add(member));
            }
        }
    }

    fn insert(&mut self, name: impl Iterator<Item = Cow<'static, str>>, family: bool) {
        let mut node = &mut self.root;
        for segment in name {
            if node.rest {
                return;
            }
            node = node.children.entry(segment).or_default();
        }
        if family {
            node.rest = true;
            node.children.clear();
        } else {
            node.exact = true;
        }
    }

    fn combine(&self, other: &Self, with: fn(bool, bool) -> bool) -> Self {
        let mut root = self.root.combine(&other.root, with);
        // No type has the empty name.
        root.exact = false;
        Self { root }
    }
}

impl Node {
    fn uniform(rest: bool) -> &'static Self {
        if rest { &ALL } else { &NONE }
    }

    fn child(&self, segment: &str) -> &Self {
        self.children.get(segment).unwrap_or_else(|| Self::uniform(self.rest))
    }

    fn combine(&self, other: &Self, with: fn(bool, bool) -> bool) -> Self {
        let rest = with(self.rest, other.rest);
        let segments: BTreeSet<_> = self.children.keys().chain(other.children.keys()).collect();
        let children = segments
            .into_iter()
            .map(|name| (name.clone(), self.child(name).combine(other.child(name), with)))
            .filter(|(_, child)| child != Self::uniform(rest))
            .collect();
        Self { exact: with(self.exact, other.exact), rest, children }
    }

    fn cover(&self, path: String, patterns: &mut Vec<TypePattern>) {
        if !self.rest {
            for (segment, child) in &self.children {
                child.cover(joined(&path, segment), patterns);
            }
        }
        if self.exact {
            patterns.push(TypePattern::Name(path.clone()));
        }
        if self.rest {
            patterns.push(TypePattern::Family(path));
        }
    }

    /// The names that belong to the set, or those that do not, with families and their exceptions.
    fn describe(&self, path: &str, wanted: bool, terms: &mut Vec<String>) {
        if self.exact == wanted && !path.is_empty() {
            terms.push(path.to_owned());
        }
        let mut below = Vec::new();
        let belongs = self.rest == wanted;
        for (segment, child) in &self.children {
            let path = joined(path, segment);
            child.describe(&path, wanted != belongs, if belongs { &mut below } else { terms });
        }
        if belongs {
            let family = TypePattern::Family(path.to_owned());
            terms.push(match below.as_slice() {
                [] => family.to_string(),
                [one] => format!("{family} except {one}"),
                more => format!("{family} except ({})", more.join(", ")),
            });
        }
    }
}

fn joined(path: &str, segment: &str) -> String {
    if path.is_empty() { segment.to_owned() } else { format!("{path}.{segment}") }
}

/// As it stands in messages: `order.placed, payment.*`, or `nothing`.
impl fmt::Display for TypeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut terms = Vec::new();
        self.root.describe("", true, &mut terms);
        match terms.as_slice() {
            [] => f.write_str("nothing"),
            terms => f.write_str(&terms.join(", ")),
        }
    }
}

impl fmt::Debug for TypeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TypeSet({self})")
    }
}

/// `order.placed`, `order.*`, or `*`.
impl fmt::Display for TypePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Family(prefix) if prefix.is_empty() => f.write_str("*"),
            Self::Family(prefix) => write!(f, "{prefix}.*"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    use super::{TypePattern, TypeSet};

    /// What a set should be: a function of the name.
    type Model = Box<dyn Fn(&str) -> bool>;

    const NAMES: [&str; 7] = ["a", "b", "a.a", "a.b", "b.a", "a.a.a", "a.a.b"];

    fn name(name: &'static str) -> TypeSet {
        let mut set = TypeSet::default();
        set.insert(name.split('.').map(Cow::Borrowed), false);
        set
    }

    fn family(prefix: &'static str) -> TypeSet {
        let mut set = TypeSet::default();
        set.insert(prefix.split('.').map(Cow::Borrowed), true);
        set
    }

    /// Every name of up to four segments; `z` stands for the segments that no set lists.
    fn universe() -> Vec<String> {
        let mut names: Vec<String> = ["a", "b", "z"].map(str::to_owned).into();
        let mut start = 0;
        for _ in 0..3 {
            let end = names.len();
            for at in start..end {
                names.extend(["a", "b", "z"].map(|segment| format!("{}.{segment}", names[at])));
            }
            start = end;
        }
        names
    }

    fn random_set(random: &mut StdRng, depth: u32) -> (TypeSet, Model) {
        let at = NAMES[random.random_range(0..NAMES.len())];
        if depth == 0 {
            return match random.random_range(0..8) {
                0 => (TypeSet::default(), Box::new(|_| false)),
                1 => (TypeSet::everything(), Box::new(|_| true)),
                2..5 => (name(at), Box::new(move |name| name == at)),
                _ => (family(at), Box::new(move |name| name.starts_with(&format!("{at}.")))),
            };
        }
        let (left, left_model) = random_set(random, depth - 1);
        let (right, right_model) = random_set(random, depth - 1);
        match random.random_range(0..4) {
            0 => (left.union(&right), Box::new(move |of| left_model(of) || right_model(of))),
            1 => (left.intersection(&right), Box::new(move |of| left_model(of) && right_model(of))),
            2 => (left.difference(&right), Box::new(move |of| left_model(of) && !right_model(of))),
            _ => (left.complement(), Box::new(move |of| !left_model(of))),
        }
    }

    fn covers(pattern: &TypePattern, event_type: &str) -> bool {
        match pattern {
            TypePattern::Name(name) => name == event_type,
            TypePattern::Family(prefix) if prefix.is_empty() => true,
            TypePattern::Family(prefix) => event_type.starts_with(&format!("{prefix}.")),
        }
    }

    #[test]
    fn sets_are_what_their_model_says() {
        let seed = std::env::var("EVENTBUS_TEST_SEED")
            .map_or_else(|_| rand::random(), |seed| seed.parse().expect("a seed is a number"));
        println!("EVENTBUS_TEST_SEED={seed}");
        let (mut random, universe) = (StdRng::seed_from_u64(seed), universe());
        for _ in 0..2_000 {
            let depth = random.random_range(0..5);
            let (set, model) = random_set(&mut random, depth);
            let (other, other_model) = random_set(&mut random, depth);
            let patterns = set.patterns();
            let (mut empty, mut disjoint, mut equal) = (true, true, true);
            for of in &universe {
                let (inside, in_other) = (model(of), other_model(of));
                assert_eq!(set.contains(of), inside, "{of} in {set}");
                let covered = patterns.iter().any(|pattern| covers(pattern, of));
                assert!(covered || !inside, "{of} of {set} is covered by {patterns:?}");
                empty &= !inside;
                disjoint &= !(inside && in_other);
                equal &= inside == in_other;
            }
            assert_eq!(set.is_empty(), empty, "{set}");
            assert_eq!(set.is_disjoint(&other), disjoint, "{set} and {other}");
            assert_eq!(set == other, equal, "{set} and {other}: equal sets are equal tries");
        }
    }

    #[test]
    fn a_set_reads_as_names_families_and_exceptions() {
        let orders = family("order").difference(&name("order.placed"));
        for (set, text) in [
            (TypeSet::default(), "nothing"),
            (TypeSet::everything(), "*"),
            (name("order.placed").union(&family("payment")), "order.placed, payment.*"),
            (orders.clone(), "order.* except order.placed"),
            (
                orders.difference(&family("order.line")).union(&name("order.line.added")),
                "order.* except (order.line.* except order.line.added, order.placed)",
            ),
            (name("order").complement(), "* except order"),
        ] {
            assert_eq!(set.to_string(), text);
        }
    }

    #[test]
    fn patterns_cover_a_family_with_holes_whole() {
        let holed = family("order").difference(&name("order.placed")).union(&name("user.created"));
        let patterns: Vec<_> = holed.patterns().iter().map(ToString::to_string).collect();
        assert_eq!(patterns, ["user.created", "order.*"]);
        assert_eq!(TypeSet::everything().patterns(), [TypePattern::Family(String::new())]);
        assert_eq!(TypeSet::default().patterns(), []);
    }
}
