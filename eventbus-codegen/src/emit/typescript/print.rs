//! Prints the AST: two spaces, double quotes, no line above 100 columns that can be broken.

use serde_json::Value;

use super::ast::{Conditional, Expr, Import, Item, Module, Parameter, Piece, Property, Type};

const WIDTH: usize = 100;

/// Prints with or without `readonly`.
pub(super) struct Printer {
    pub(super) readonly: bool,
}

impl Printer {
    pub(super) fn module(&self, module: &Module) -> String {
        let mut out: String = module.header.iter().map(|line| format!("{line}\n")).collect();
        for (index, import) in module.imports.iter().enumerate() {
            out.push_str(if index == 0 { "\n" } else { "" });
            out.push_str(&imported("import", import));
        }
        let is_line = |item: &Item| matches!(item, Item::ForwardAll(_) | Item::Forward(_));
        let mut was_line = false;
        for item in &module.items {
            let gap = if was_line && is_line(item) { "" } else { "\n" };
            out.push_str(gap);
            out.push_str(&self.item(item));
            was_line = is_line(item);
        }
        out
    }

    fn item(&self, item: &Item) -> String {
        match item {
            Item::Alias { docs, name, parameters, ty } => {
                let head = format!("export type {name}{} =", self.parameters(parameters));
                format!("{}{head}{};\n", jsdoc(docs, 0), self.right_side(ty, head.len()))
            }
            Item::Values { docs, name, values } => {
                format!("{}{}", jsdoc(docs, 0), constant(name, values))
            }
            Item::Constant { docs, name, ty, function, of, arguments } => {
                let function = match of.as_slice() {
                    [] => (*function).to_owned(),
                    of => format!("{function}<{}>", self.list(of, 0)),
                };
                let docs = jsdoc(docs, 0);
                let head =
                    format!("{docs}export const {name}: {} = /* @__PURE__ */ ", self.ty(ty, 0));
                let last = head.lines().last().map_or(0, str::len);
                let used = last + function.len() + "(, );".len();
                let arguments: Vec<String> =
                    arguments.iter().map(|argument| expr(argument, used, 0)).collect();
                format!("{head}{function}({});\n", arguments.join(", "))
            }
            Item::Script(text) => (*text).to_owned(),
            Item::Export(names) => format!("export {{ {} }};\n", names.join(", ")),
            Item::Forward(import) => imported("export", import),
            Item::ForwardAll(file) => format!("export * from {};\n", Value::from(file.as_str())),
        }
    }

    fn parameters(&self, parameters: &[Parameter]) -> String {
        if parameters.is_empty() {
            return String::new();
        }
        let parameters: Vec<String> = parameters
            .iter()
            .map(|parameter| format!("{} extends {}", parameter.name, self.ty(&parameter.bound, 0)))
            .collect();
        format!("<{}>", parameters.join(", "))
    }

    /// What follows `=`: on the same line, or as a broken union below it.
    fn right_side(&self, ty: &Type, used: usize) -> String {
        let flat = self.ty(ty, 0);
        let first = flat.lines().next().unwrap_or_default();
        match ty {
            Type::Union(types) if flat.contains('\n') || used + first.len() + 2 > WIDTH => {
                self.broken(types, "|", 1)
            }
            _ => format!(" {flat}"),
        }
    }

    fn broken(&self, types: &[Type], operator: &str, depth: usize) -> String {
        let pad = indent(depth);
        types.iter().map(|ty| format!("\n{pad}{operator} {}", self.member(ty, depth + 1))).collect()
    }

    fn ty(&self, ty: &Type, depth: usize) -> String {
        match ty {
            Type::Name(name) => name.clone(),
            Type::Generic(name, arguments) => format!("{name}<{}>", self.list(arguments, depth)),
            Type::Literal(value) => value.to_string(),
            Type::Array(item) => format!("{}{}[]", self.modifier(), self.operand(item, depth)),
            Type::Tuple(items) => format!("{}[{}]", self.modifier(), self.list(items, depth)),
            // An index signature may refer to the type that it is in; `Record<string, T>` may not.
            Type::Map(value) => {
                format!("{{ {}[key: string]: {} }}", self.modifier(), self.ty(value, depth))
            }
            Type::Object(properties) => self.object(properties, depth),
            Type::Union(types) => self.joined(types, " | ", depth),
            Type::Intersection(types) => self.joined(types, " & ", depth),
            Type::Index(of, index) => {
                format!("{}[{}]", self.operand(of, depth), self.ty(index, depth))
            }
            Type::KeyOf(of) => format!("keyof {}", self.operand(of, depth)),
            Type::Template(pieces) => self.template(pieces, depth),
            Type::Infer(name) => format!("infer {name}"),
            Type::Conditional(conditional) => self.conditional(conditional, depth),
            Type::Function(name, parameter, result) => {
                format!("({name}: {}) => {}", self.ty(parameter, depth), self.ty(result, depth))
            }
            Type::OtherText => "(string & {})".to_owned(),
        }
    }

    fn modifier(&self) -> &'static str {
        if self.readonly { "readonly " } else { "" }
    }

    fn list(&self, types: &[Type], depth: usize) -> String {
        types.iter().map(|ty| self.ty(ty, depth)).collect::<Vec<_>>().join(", ")
    }

    fn joined(&self, types: &[Type], operator: &str, depth: usize) -> String {
        types.iter().map(|ty| self.member(ty, depth)).collect::<Vec<_>>().join(operator)
    }

    /// A type as a member of a union or an intersection.
    fn member(&self, ty: &Type, depth: usize) -> String {
        let text = self.ty(ty, depth);
        match ty {
            Type::Union(_) | Type::Intersection(_) | Type::Conditional(_) => format!("({text})"),
            _ => text,
        }
    }

    /// A type before `[]` or after `keyof`.
    fn operand(&self, ty: &Type, depth: usize) -> String {
        let prefixed = matches!(ty, Type::Array(_) | Type::Tuple(_)) && self.readonly;
        let text = self.member(ty, depth);
        let binds_less = prefixed || matches!(ty, Type::KeyOf(_) | Type::Infer(_));
        if binds_less { format!("({text})") } else { text }
    }

    fn object(&self, properties: &[Property], depth: usize) -> String {
        if properties.is_empty() {
            return self.ty(&Type::Map(Box::new(Type::name("unknown"))), depth);
        }
        let lines: String =
            properties.iter().map(|property| self.property(property, depth + 1)).collect();
        format!("{{\n{lines}{}}}", indent(depth))
    }

    fn property(&self, property: &Property, depth: usize) -> String {
        let optional = if property.optional { "?" } else { "" };
        let name = key(&property.name);
        format!(
            "{}{}{}{name}{optional}: {};\n",
            jsdoc(&property.docs, depth),
            indent(depth),
            self.modifier(),
            self.ty(&property.ty, depth),
        )
    }

    fn template(&self, pieces: &[Piece], depth: usize) -> String {
        let inner: String = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => (*text).to_owned(),
                Piece::Type(ty) => format!("${{{}}}", self.ty(ty, depth)),
            })
            .collect();
        format!("`{inner}`")
    }

    fn conditional(&self, conditional: &Conditional, depth: usize) -> String {
        let pad = indent(depth + 1);
        format!(
            "{} extends {}\n{pad}? {}\n{pad}: {}",
            self.ty(&conditional.check, depth),
            self.ty(&conditional.bound, depth),
            self.ty(&conditional.yes, depth + 1),
            self.ty(&conditional.no, depth + 1),
        )
    }
}

/// `import { a, type B } from "file"`, or with `export` in its place.
fn imported(keyword: &str, Import { file, names }: &Import) -> String {
    let only_types = names.iter().all(|(_, is_type)| *is_type);
    let keyword = if only_types { format!("{keyword} type") } else { keyword.to_owned() };
    let names: Vec<String> = names
        .iter()
        .map(
            |(name, is_type)| {
                if *is_type && !only_types { format!("type {name}") } else { name.clone() }
            },
        )
        .collect();
    let file = Value::from(file.as_str());
    let flat = format!("{keyword} {{ {} }} from {file};\n", names.join(", "));
    if flat.len() <= WIDTH {
        return flat;
    }
    let lines: String = names.iter().map(|name| format!("  {name},\n")).collect();
    format!("{keyword} {{\n{lines}}} from {file};\n")
}

/// A value, on one line where it fits beside what stands there already.
fn expr(value: &Expr, used: usize, depth: usize) -> String {
    let flat = flat(value);
    if used + flat.len() <= WIDTH {
        return flat;
    }
    let pad = indent(depth + 1);
    let (open, lines, close) = match value {
        Expr::List(items) => {
            let line = |item| format!("{pad}{},\n", expr(item, pad.len() + 1, depth + 1));
            ('[', items.iter().map(line).collect::<String>(), ']')
        }
        Expr::Record(entries) => {
            let line = |(name, value): &(String, Expr)| {
                let name = entry(name);
                let used = pad.len() + name.len() + ": ,".len();
                format!("{pad}{name}: {},\n", expr(value, used, depth + 1))
            };
            ('{', entries.iter().map(line).collect(), '}')
        }
        _ => return flat,
    };
    format!("{open}\n{lines}{}{close}", indent(depth))
}

fn flat(value: &Expr) -> String {
    match value {
        Expr::Scalar(value) => value.to_string(),
        Expr::Name(name) => name.clone(),
        Expr::Later(name) => format!("() => {name}"),
        Expr::List(items) => {
            format!("[{}]", items.iter().map(flat).collect::<Vec<_>>().join(", "))
        }
        Expr::Record(entries) if entries.is_empty() => "{}".to_owned(),
        Expr::Record(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(name, value)| format!("{}: {}", entry(name), flat(value)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

/// The name of an entry of an object; of a plain `__proto__` the value would be the object's prototype.
fn entry(name: &str) -> String {
    if name == "__proto__" { "[\"__proto__\"]".to_owned() } else { key(name) }
}

/// An array of values, on one line where it fits.
fn constant(name: &str, values: &[Value]) -> String {
    let head = format!("export const {name} = [");
    let tail = "] as const;\n";
    let values: Vec<String> = values.iter().map(Value::to_string).collect();
    let flat = values.join(", ");
    if head.len() + flat.len() + tail.len() <= WIDTH {
        return format!("{head}{flat}{tail}");
    }
    let lines: String = values.iter().map(|value| format!("  {value},\n")).collect();
    format!("{head}\n{lines}{tail}")
}

/// A JSDoc comment. A comment's end within it is broken up, for it would end the comment.
fn jsdoc(docs: &[String], depth: usize) -> String {
    let pad = indent(depth);
    let text = docs.join("\n").replace("*/", "*\\/");
    let lines: Vec<&str> = text.trim_end().lines().map(str::trim_end).collect();
    match lines.as_slice() {
        [] => String::new(),
        [line] if pad.len() + line.len() + 8 <= WIDTH => format!("{pad}/** {} */\n", line.trim()),
        lines => {
            let body: String = lines
                .iter()
                .map(|line| format!("{pad} * {}", line.strip_prefix(' ').unwrap_or(line)))
                .map(|line| format!("{}\n", line.trim_end()))
                .collect();
            format!("{pad}/**\n{body}{pad} */\n")
        }
    }
}

/// A property's name, quoted where it is no identifier.
fn key(name: &str) -> String {
    let mut chars = name.chars();
    let starts =
        chars.next().is_some_and(|first| first.is_ascii_alphabetic() || "_$".contains(first));
    if starts && chars.all(|char| char.is_ascii_alphanumeric() || "_$".contains(char)) {
        name.to_owned()
    } else {
        Value::from(name).to_string()
    }
}

fn indent(depth: usize) -> String {
    "  ".repeat(depth)
}
