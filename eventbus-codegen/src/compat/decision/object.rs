//! Objects: what each property is, that one is something, and how many there are.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::accept::{accepts, is_other, matches};
use super::branch::Branch;
use super::goal::{Found, Solver, TOO_LARGE, first, too_large};
use super::graph::Graph;
use super::node::{Fact, Id, Literal, Node};
use super::pattern::Pattern;
use crate::kinds::{Kind, Kinds};

/// The most patterns whose combinations are looked at, and the most properties that a witness gets.
const MOST_PATTERNS: usize = 6;
const MOST_PROPERTIES: u64 = 1_000;

/// Something that one property must be, without it being said which.
#[derive(Clone, Copy)]
enum Duty<'a> {
    /// A property with none of the names and patterns, not of a schema.
    Other(&'a [String], &'a [Pattern], Id),
    /// A property whose name matches, not of a schema.
    Matching(&'a Pattern, Id),
    /// A property whose name is not of a schema.
    Name(Id),
}

#[derive(Clone, Default)]
struct Properties {
    least: u64,
    most: Option<u64>,
    absent: BTreeSet<String>,
    /// The properties that there are, with what they must not be.
    present: BTreeMap<String, Vec<Id>>,
}

impl Solver<'_> {
    /// An object that is what the branch says.
    pub(super) fn object(&mut self, branch: &Branch) -> Found {
        let mut properties = Properties::default();
        let mut duties = Vec::new();
        for fact in branch.facts() {
            match fact {
                Fact::Required(name) => drop(properties.present.entry(name.clone()).or_default()),
                Fact::FewestProperties(least) => properties.least = properties.least.max(*least),
                Fact::MostProperties(most) => properties.at_most(*most),
                _ => {}
            }
        }
        for fact in branch.refused() {
            match fact {
                Fact::Property(name, id) => {
                    properties.present.entry(name.clone()).or_default().push(*id)
                }
                Fact::Required(name) => drop(properties.absent.insert(name.clone())),
                Fact::Others(names, patterns, id) => duties.push(Duty::Other(names, patterns, *id)),
                Fact::Properties(pattern, id) => duties.push(Duty::Matching(pattern, *id)),
                Fact::Names(id) => duties.push(Duty::Name(*id)),
                Fact::FewestProperties(0) => return Found::Nothing,
                Fact::FewestProperties(least) => properties.at_most(least - 1),
                Fact::MostProperties(most) => {
                    properties.least = properties.least.max(most.saturating_add(1))
                }
                _ => {}
            }
        }
        if properties.absent.iter().any(|name| properties.present.contains_key(name)) {
            return Found::Nothing;
        }
        let names = names(branch);
        self.arranged(branch, &names, &properties, &duties)
    }

    fn arranged(
        &mut self,
        branch: &Branch,
        names: &BTreeSet<String>,
        properties: &Properties,
        duties: &[Duty<'_>],
    ) -> Found {
        let Some((duty, rest)) = duties.split_first() else {
            return self.properties(branch, names, properties);
        };
        let (keys, mut doubt) = self.candidates(branch, names, properties, Some(*duty));
        let found = first(keys, |key| {
            let mut properties = properties.clone();
            let fails = properties.present.entry(key.clone()).or_default();
            match duty {
                Duty::Other(_, _, id) | Duty::Matching(_, id) => fails.push(*id),
                Duty::Name(_) => {}
            }
            let fails = fails.clone();
            match self.property(branch, &key, fails) {
                Found::Nothing => Found::Nothing,
                Found::Spent => Found::Spent,
                _ => self.arranged(branch, names, &properties, rest),
            }
        });
        match found {
            Found::Nothing => doubt.take().map_or(Found::Nothing, Found::Doubt),
            found => found,
        }
    }

    /// The names that a property may have which meets `duty`, or which is one more: a new one for each combination of
    /// patterns, then those that are spoken of. With a doubt where there may be others.
    fn candidates(
        &mut self,
        branch: &Branch,
        names: &BTreeSet<String>,
        properties: &Properties,
        duty: Option<Duty<'_>>,
    ) -> (Vec<String>, Option<String>) {
        let mut doubt = None;
        let mut keys = Vec::new();
        match self.new_names(branch, names, properties, duty) {
            Ok(new) => keys.extend(new),
            Err(reason) => doubt = Some(reason),
        }
        // One that is there for another reason may serve, too.
        let present = properties.present.keys().filter(|name| !names.contains(*name));
        for name in names.iter().filter(|name| !properties.absent.contains(*name)).chain(present) {
            let text = Value::from(name.as_str());
            let meets = match duty {
                Some(Duty::Other(names, patterns, _)) => is_other(names, patterns, name),
                Some(Duty::Matching(pattern, _)) => matches(pattern, name),
                Some(Duty::Name(id)) => accepts(self.graph, id, &text).map(|is| !is),
                None => Some(!properties.present.contains_key(name)),
            };
            match meets {
                Some(true) => keys.push(name.clone()),
                Some(false) => {}
                None => doubt = Some("a property's name cannot be decided".to_owned()),
            }
        }
        (keys, doubt)
    }

    fn new_names(
        &mut self,
        branch: &Branch,
        names: &BTreeSet<String>,
        properties: &Properties,
        duty: Option<Duty<'_>>,
    ) -> Result<Vec<String>, String> {
        let matching =
            |pattern: &Pattern, graph: &mut Graph| graph.fact(Fact::Matches(pattern.clone()));
        let (must, must_not): (Vec<Id>, Vec<Id>) = match duty {
            Some(Duty::Other(_, patterns, _)) => {
                (Vec::new(), patterns.iter().map(|pattern| matching(pattern, self.graph)).collect())
            }
            Some(Duty::Matching(pattern, _)) => (vec![matching(pattern, self.graph)], Vec::new()),
            Some(Duty::Name(id)) => (Vec::new(), vec![id]),
            None => (Vec::new(), Vec::new()),
        };
        // One name may meet several duties, so that those of names are told apart as well.
        let mut free: Vec<Id> =
            patterns(branch).iter().map(|pattern| matching(pattern, self.graph)).collect();
        free.extend(branch.refused().filter_map(named));
        free.sort_unstable();
        free.dedup();
        free.retain(|id| !must.contains(id) && !must_not.contains(id));
        if free.len() > MOST_PATTERNS {
            return Err("too many patterns of property names meet".to_owned());
        }
        let taken = names.iter().chain(properties.present.keys()).chain(&properties.absent);
        let mut taken: Vec<_> = taken.map(|name| Literal::new(&name.as_str().into())).collect();
        taken.sort();
        taken.dedup();
        let taken = self.graph.fact(Fact::Values(taken));
        let is_name: Vec<Id> = branch.facts().filter_map(named).collect();
        let mut found = Vec::new();
        for combination in 0..1_usize << free.len() {
            let mut holds = vec![self.graph.fact(Fact::Kinds(Kinds::of(Kind::Text)))];
            holds.extend(is_name.iter().chain(&must));
            let mut fails = vec![taken];
            fails.extend(&must_not);
            for (bit, id) in free.iter().enumerate() {
                if combination & (1 << bit) != 0 { holds.push(*id) } else { fails.push(*id) }
            }
            match self.solve(holds, fails) {
                Found::Value(Value::String(name)) => found.push(name),
                Found::Doubt(reason) => return Err(reason),
                Found::Spent => return Err(TOO_LARGE.to_owned()),
                _ => {}
            }
        }
        Ok(found)
    }

    fn properties(
        &mut self,
        branch: &Branch,
        names: &BTreeSet<String>,
        properties: &Properties,
    ) -> Found {
        let mut object = Map::new();
        let mut doubt = None;
        for (name, fails) in &properties.present {
            match self.property(branch, name, fails.clone()) {
                Found::Value(value) => drop(object.insert(name.clone(), value)),
                none @ (Found::Nothing | Found::Spent) => return none,
                Found::Doubt(reason) => doubt = Some(reason),
            }
        }
        if let Some(reason) = doubt {
            return Found::Doubt(reason);
        }
        if properties.most.is_some_and(|most| properties.least.max(object.len() as u64) > most) {
            return Found::Nothing;
        }
        if properties.least > MOST_PROPERTIES {
            return too_large();
        }
        let wanted = properties;
        let mut properties = properties.clone();
        while (object.len() as u64) < properties.least {
            let (keys, unknown) = self.candidates(branch, names, &properties, None);
            let mut doubt = unknown;
            let more =
                keys.into_iter().find_map(|key| match self.property(branch, &key, Vec::new()) {
                    Found::Value(value) => Some((key, value)),
                    Found::Nothing => None,
                    Found::Doubt(reason) => {
                        doubt.get_or_insert(reason);
                        None
                    }
                    Found::Spent => {
                        doubt.get_or_insert_with(|| TOO_LARGE.to_owned());
                        None
                    }
                });
            let Some((key, value)) = more else {
                return doubt.map_or(Found::Nothing, Found::Doubt);
            };
            properties.present.insert(key.clone(), Vec::new());
            object.insert(key, value);
        }
        let is_excluded = {
            let object = Value::Object(object.clone());
            branch.excluded().iter().any(|literal| literal.is(&object))
        };
        if is_excluded {
            return self.different(branch, names, wanted, &object);
        }
        Found::Value(Value::Object(object))
    }

    /// An object that is not `object`: it lacks one of its properties, has another value for it, or one more.
    fn different(
        &mut self,
        branch: &Branch,
        names: &BTreeSet<String>,
        wanted: &Properties,
        object: &Map<String, Value>,
    ) -> Found {
        let mut ways = Vec::new();
        for (name, value) in object {
            let mut other = wanted.clone();
            let is_value = self.graph.fact(Fact::Values(vec![Literal::new(value)]));
            other.present.entry(name.clone()).or_default().push(is_value);
            ways.push(other);
            if !wanted.present.contains_key(name) {
                let mut without = wanted.clone();
                without.absent.insert(name.clone());
                ways.push(without);
            }
        }
        let found = first(ways, |wanted| self.properties(branch, names, &wanted));
        if matches!(found, Found::Value(_)) {
            return found;
        }
        let keys: Vec<String> = object.keys().cloned().collect();
        let never = self.graph.add(Node::Never);
        let one_more = Duty::Other(&keys, &[], never);
        match self.arranged(branch, names, wanted, &[one_more]) {
            Found::Nothing => found,
            more => more,
        }
    }

    /// A value for the property `name`.
    fn property(&mut self, branch: &Branch, name: &str, fails: Vec<Id>) -> Found {
        let text = Value::from(name);
        for id in branch.facts().filter_map(named) {
            match accepts(self.graph, id, &text) {
                Some(true) => {}
                Some(false) => return Found::Nothing,
                None => return Found::Doubt("a property's name cannot be decided".to_owned()),
            }
        }
        match self.universal(branch, name) {
            Some(holds) => self.solve(holds, fails),
            None => Found::Doubt("a property's name cannot be decided".to_owned()),
        }
    }

    /// What the property `name` must be, where it is there.
    pub(super) fn universal(&self, branch: &Branch, name: &str) -> Option<Vec<Id>> {
        let mut holds = Vec::new();
        for fact in branch.facts() {
            match fact {
                Fact::Property(other, id) if other == name => holds.push(*id),
                Fact::Properties(pattern, id) if matches(pattern, name)? => holds.push(*id),
                Fact::Others(names, patterns, id) if is_other(names, patterns, name)? => {
                    holds.push(*id)
                }
                _ => {}
            }
        }
        Some(holds)
    }
}

impl Properties {
    fn at_most(&mut self, most: u64) {
        self.most = Some(self.most.map_or(most, |known| known.min(most)));
    }
}

const fn named(fact: &Fact) -> Option<Id> {
    match fact {
        Fact::Names(id) => Some(*id),
        _ => None,
    }
}

/// The names that are spoken of.
fn names(branch: &Branch) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for fact in branch.facts().chain(branch.refused()) {
        match fact {
            Fact::Property(name, _) | Fact::Required(name) => drop(names.insert(name.clone())),
            Fact::Others(others, ..) => names.extend(others.iter().cloned()),
            // Those of objects that it must not be: another name makes it another object.
            Fact::Values(values) => {
                let objects = values.iter().filter_map(|literal| literal.value.as_object());
                names.extend(objects.flat_map(Map::keys).cloned());
            }
            _ => {}
        }
    }
    names
}

/// The patterns of names that are spoken of.
fn patterns(branch: &Branch) -> BTreeSet<Pattern> {
    let mut patterns = BTreeSet::new();
    for fact in branch.facts().chain(branch.refused()) {
        match fact {
            Fact::Properties(pattern, _) => drop(patterns.insert(pattern.clone())),
            Fact::Others(_, others, _) => patterns.extend(others.iter().cloned()),
            _ => {}
        }
    }
    patterns
}
