//! The patterns of JSON Schema, which are ECMAScript's, as expressions.

use std::rc::Rc;

use regex_syntax::ast::{self, Ast, ClassPerlKind, ClassSet, ClassSetItem};
use regex_syntax::hir::translate::TranslatorBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::{Expression, or, repeat, then};

/// An alternative, and whether it is held to the text's start and end.
struct Anchored {
    start: bool,
    end: bool,
    expression: Rc<Expression>,
}

/// The texts in which `pattern` is found.
pub(super) fn anywhere(pattern: &str) -> Result<Rc<Expression>, String> {
    // ECMAScript has no operations between classes; the parser would take these for some.
    if ["[[", "&&", "--", "~~"].iter().any(|operator| pattern.contains(operator)) {
        return Err("it reads differently in different engines".to_owned());
    }
    let mut ast =
        ast::parse::Parser::new().parse(pattern).map_err(|error| error.kind().to_string())?;
    spell_out(&mut ast)?;
    let hir = TranslatorBuilder::new().build().translate(pattern, &ast);
    let hir = hir.map_err(|error| error.kind().to_string())?;
    let anything = repeat(Expression::any(), 0, None);
    Ok(or(alternatives(&hir)?.into_iter().map(|found| {
        let tail = if found.end { Rc::new(Expression::Empty) } else { Rc::clone(&anything) };
        let rest = then(found.expression, tail);
        if found.start { rest } else { then(Rc::clone(&anything), rest) }
    })))
}

/// Writes out what ECMAScript means by `.`, `\d`, `\s` and `\w`.
fn spell_out(ast: &mut Ast) -> Result<(), String> {
    match ast {
        Ast::Dot(_) => *ast = class(r"[^\n\r\u{2028}\u{2029}]"),
        Ast::ClassPerl(perl) => *ast = class(spelled(&perl.kind, perl.negated)),
        Ast::ClassBracketed(class) => spell_out_set(&mut class.kind)?,
        Ast::Repetition(repetition) => spell_out(&mut repetition.ast)?,
        Ast::Group(group) => spell_out(&mut group.ast)?,
        Ast::Alternation(list) => list.asts.iter_mut().try_for_each(spell_out)?,
        Ast::Concat(list) => list.asts.iter_mut().try_for_each(spell_out)?,
        Ast::Flags(_) => return Err("it sets flags".to_owned()),
        Ast::Empty(_) | Ast::Literal(_) | Ast::Assertion(_) | Ast::ClassUnicode(_) => {}
    }
    Ok(())
}

fn spell_out_set(set: &mut ClassSet) -> Result<(), String> {
    match set {
        ClassSet::Item(item) => spell_out_item(item),
        ClassSet::BinaryOp(_) => Err("it has an operation between classes".to_owned()),
    }
}

fn spell_out_item(item: &mut ClassSetItem) -> Result<(), String> {
    match item {
        ClassSetItem::Perl(perl) => {
            if let Ast::ClassBracketed(class) = &class(spelled(&perl.kind, perl.negated)) {
                *item = ClassSetItem::Bracketed(class.clone());
            }
        }
        ClassSetItem::Bracketed(class) => spell_out_set(&mut class.kind)?,
        ClassSetItem::Union(union) => union.items.iter_mut().try_for_each(spell_out_item)?,
        _ => {}
    }
    Ok(())
}

const fn spelled(kind: &ClassPerlKind, negated: bool) -> &'static str {
    match (kind, negated) {
        (ClassPerlKind::Digit, false) => "[0-9]",
        (ClassPerlKind::Digit, true) => "[^0-9]",
        (ClassPerlKind::Word, false) => "[0-9A-Za-z_]",
        (ClassPerlKind::Word, true) => "[^0-9A-Za-z_]",
        (ClassPerlKind::Space, false) => {
            r"[\t\n\x0B\x0C\r \u{a0}\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}]"
        }
        (ClassPerlKind::Space, true) => {
            r"[^\t\n\x0B\x0C\r \u{a0}\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}]"
        }
    }
}

fn class(text: &str) -> Ast {
    ast::parse::Parser::new().parse(text).expect("our own classes are well written")
}

fn alternatives(hir: &Hir) -> Result<Vec<Anchored>, String> {
    let free = |expression| vec![Anchored { start: false, end: false, expression }];
    Ok(match hir.kind() {
        HirKind::Empty => free(Rc::new(Expression::Empty)),
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).map_err(|error| error.to_string())?;
            free(Expression::text(text))
        }
        HirKind::Class(class) => free(Rc::new(Expression::One(ranges(class).into()))),
        HirKind::Look(Look::Start) => at_an_end(true),
        HirKind::Look(Look::End) => at_an_end(false),
        HirKind::Look(_) => return Err("it looks around".to_owned()),
        HirKind::Repetition(repetition) => {
            let inner = unanchored(alternatives(&repetition.sub)?)?;
            free(repeat(inner, repetition.min, repetition.max))
        }
        HirKind::Capture(capture) => alternatives(&capture.sub)?,
        HirKind::Concat(parts) => {
            parts.iter().try_fold(free(Rc::new(Expression::Empty)), |before, part| {
                follow(&before, &alternatives(part)?)
            })?
        }
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(alternatives(part)?);
            }
            all
        }
    })
}

fn at_an_end(start: bool) -> Vec<Anchored> {
    vec![Anchored { start, end: !start, expression: Rc::new(Expression::Empty) }]
}

fn follow(before: &[Anchored], after: &[Anchored]) -> Result<Vec<Anchored>, String> {
    let mut both = Vec::with_capacity(before.len() * after.len());
    for first in before {
        for second in after {
            let inside = (first.end && *second.expression != Expression::Empty)
                || (second.start && *first.expression != Expression::Empty);
            if inside {
                return Err("it has an anchor inside".to_owned());
            }
            both.push(Anchored {
                start: first.start || second.start,
                end: first.end || second.end,
                expression: then(Rc::clone(&first.expression), Rc::clone(&second.expression)),
            });
        }
    }
    Ok(both)
}

fn unanchored(choices: Vec<Anchored>) -> Result<Rc<Expression>, String> {
    if choices.iter().any(|choice| choice.start || choice.end) {
        return Err("it repeats an anchor".to_owned());
    }
    Ok(or(choices.into_iter().map(|choice| choice.expression)))
}

fn ranges(class: &Class) -> Vec<(char, char)> {
    match class {
        Class::Unicode(class) => {
            class.ranges().iter().map(|range| (range.start(), range.end())).collect()
        }
        Class::Bytes(class) => {
            class.ranges().iter().map(|r| (char::from(r.start()), char::from(r.end()))).collect()
        }
    }
}
