const deepest = 130;

/** The value as the schema wants it. It is the same one where nothing is to be changed. */
function read(schema: schema, value: unknown, context: context): unknown {
  if (typeof schema === "boolean") {
    if (!schema) say(context, "must not be there");
    return value;
  }
  // Rust reads nothing that is nested more deeply, and a stack has an end.
  if (context.path.length > deepest) {
    say(context, "is nested too deeply");
    return value;
  }
  let now = value;
  if (schema.digits === true && globalThis.Number.isSafeInteger(now)) now = `${now}`;
  if (schema.type !== undefined && !isOf(schema.type, now)) {
    say(context, `must be ${[schema.type].flat().join(" or ")}${rounded(schema, now)}`);
    return now;
  }
  literal(schema, now, context);
  if (typeof now === "number") number(schema, now, context);
  else if (typeof now === "string") text(schema, now, context);
  else if (isArray(now)) now = array(schema, now, context);
  else if (isRecord(now)) now = object(schema, now, context);
  if (schema.$ref !== undefined) now = read(schema.$ref()["~schema"], now, context);
  for (const part of schema.allOf ?? []) now = read(part, now, context);
  if (schema.anyOf !== undefined) now = choice(schema, schema.anyOf, false, now, context);
  if (schema.oneOf !== undefined) now = choice(schema, schema.oneOf, true, now, context);
  if (schema.not !== undefined && fits(schema.not, now, context)) say(context, "is what it must not be");
  if (schema.if !== undefined) {
    const then = fits(schema.if, now, context) ? schema.then : schema.else;
    if (then !== undefined) now = read(then, now, context);
  }
  if (schema.unevaluatedProperties !== undefined && isRecord(now)) {
    now = others(schema.unevaluatedProperties, now, evaluated(schema, now, context), context);
  }
  return now;
}

function fits(schema: schema, value: unknown, { path }: context): boolean {
  const inner: context = { path, issues: [] };
  read(schema, value, inner);
  return inner.issues.length === 0;
}

function literal(schema: keywords, value: unknown, context: context): void {
  const wanted = schema.const === undefined ? schema.enum : [schema.const];
  if (wanted !== undefined && !wanted.some((one) => same(one, value))) {
    const values = wanted.map((one) => globalThis.JSON.stringify(one)).join(", ");
    say(context, `must be ${wanted.length === 1 ? "" : "one of "}${values}`, "literal");
  }
}

function number(schema: keywords, value: number, context: context): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (minimum !== undefined && value < minimum) say(context, `must be at least ${minimum}`);
  if (maximum !== undefined && value > maximum) say(context, `must be at most ${maximum}`);
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) {
    say(context, `must be more than ${exclusiveMinimum}`);
  }
  if (exclusiveMaximum !== undefined && value >= exclusiveMaximum) {
    say(context, `must be less than ${exclusiveMaximum}`);
  }
  // Of 0.3 and 0.1 the quotient is next to an integer.
  const { abs, round } = globalThis.Math;
  const times = value / (multipleOf ?? value);
  if (multipleOf !== undefined && abs(times - round(times)) > 1e-8) {
    say(context, `must be a multiple of ${multipleOf}`);
  }
}

function text(schema: keywords, value: string, context: context): void {
  const { minLength, maxLength, pattern } = schema;
  if (minLength !== undefined || maxLength !== undefined) {
    bounds([...value].length, minLength, maxLength, "characters", context);
  }
  if (pattern !== undefined && !matches(pattern, value)) say(context, `must match ${pattern}`);
}

function array(schema: keywords, value: readonly unknown[], context: context): unknown {
  bounds(value.length, schema.minItems, schema.maxItems, "items", context);
  const firsts = schema.prefixItems ?? [];
  let changed: unknown[] | undefined;
  value.forEach((item, index) => {
    const wanted = firsts[index] ?? schema.items;
    if (wanted === undefined) return;
    context.path.push(index);
    const now = read(wanted, item, context);
    context.path.pop();
    if (now !== item) (changed ??= [...value])[index] = now;
  });
  const { contains } = schema;
  if (contains !== undefined) {
    const count = value.filter((item) => fits(contains, item, context)).length;
    bounds(count, schema.minContains ?? 1, schema.maxContains, "of a kind", context);
  }
  if (schema.uniqueItems === true && repeats(value)) say(context, "must not hold anything twice");
  return changed ?? value;
}

function repeats(items: readonly unknown[]): boolean {
  const plain = items.filter((item) => typeof item !== "object");
  if (new globalThis.Set(plain).size < plain.length) return true;
  const others = items.filter((item) => typeof item === "object");
  return others.some((item, at) => others.findIndex((one) => same(one, item)) < at);
}

function object(schema: keywords, value: record, context: context): record {
  let now = filled(schema, value);
  for (const name of schema.required ?? []) {
    if (has(now, name)) continue;
    context.path.push(name);
    say(context, "is missing");
    context.path.pop();
  }
  const before = context.issues.length;
  bounds(globalThis.Object.keys(now).length, schema.minProperties, schema.maxProperties, "properties", context);
  for (const [name, needed] of entries(schema.dependentRequired ?? {})) {
    const lacks = has(now, name) ? needed.filter((other) => !has(now, other)) : [];
    if (lacks.length > 0) say(context, `must have ${lacks.join(", ")} beside ${name}`);
  }
  if (schema.propertyNames !== undefined) {
    for (const name of globalThis.Object.keys(now)) {
      if (!fits(schema.propertyNames, name, context)) say(context, `must not have the property ${name}`);
    }
  }
  if (before !== context.issues.length) return now;
  const known = new globalThis.Set<string>();
  for (const [name, wanted] of entries(schema.properties ?? {})) {
    known.add(name);
    if (has(now, name)) now = property(wanted, now, name, context);
  }
  for (const [pattern, wanted] of entries(schema.patternProperties ?? {})) {
    for (const name of globalThis.Object.keys(now)) {
      if (!matches(pattern, name)) continue;
      known.add(name);
      now = property(wanted, now, name, context);
    }
  }
  const rest = schema.additionalProperties;
  return rest === undefined || rest === true ? now : others(rest, now, known, context);
}

/** The object with its properties under their present names, and with those that may be missing. */
function filled(schema: keywords, value: record): record {
  let now = value;
  for (const [name, others] of entries(schema.aliases ?? {})) {
    const other = others.find((other) => has(now, other));
    if (other !== undefined && !has(now, name)) {
      now = without(put(now, name, now[other]), other);
    }
  }
  for (const [name, content] of entries(schema.fill ?? {})) {
    // A copy, which its owner may change.
    if (!has(now, name)) {
      now = put(now, name, globalThis.JSON.parse(globalThis.JSON.stringify(content)));
    }
  }
  for (const name of schema.drop ?? []) {
    if (has(now, name) && now[name] === null) now = without(now, name);
  }
  return now;
}

function property(schema: schema, value: record, name: string, context: context): record {
  context.path.push(name);
  const now = read(schema, value[name], context);
  context.path.pop();
  return now === value[name] ? value : put(value, name, now);
}

function others(
  schema: schema,
  value: record,
  known: globalThis.ReadonlySet<string>,
  context: context,
): record {
  let now = value;
  for (const name of globalThis.Object.keys(value)) {
    if (!known.has(name)) now = property(schema, now, name, context);
  }
  return now;
}

/** The properties of which a schema says something. */
function evaluated(schema: schema, value: record, context: context): globalThis.Set<string> {
  const names = new globalThis.Set<string>();
  if (typeof schema === "boolean") return names;
  const patterns = globalThis.Object.keys(schema.patternProperties ?? {});
  for (const name of globalThis.Object.keys(value)) {
    const isSaid =
      has(schema.properties ?? {}, name) ||
      schema.additionalProperties !== undefined ||
      patterns.some((pattern) => matches(pattern, name));
    if (isSaid) names.add(name);
  }
  const parts = [...(schema.allOf ?? [])];
  if (schema.$ref !== undefined) parts.push(schema.$ref()["~schema"]);
  for (const choice of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) {
    if (fits(choice, value, context)) parts.push(choice);
  }
  for (const part of parts) for (const name of evaluated(part, value, context)) names.add(name);
  return names;
}

function choice(
  schema: keywords,
  choices: readonly schema[],
  one: boolean,
  value: unknown,
  context: context,
): unknown {
  const failed: context["issues"][] = [];
  let found: { readonly value: unknown } | undefined;
  for (const choice of choices) {
    const inner: context = { path: context.path, issues: [] };
    const now = read(choice, value, inner);
    if (inner.issues.length > 0) failed.push(inner.issues);
    else if (found === undefined) found = { value: now };
    else if (one) say(context, "is of two kinds at once");
    if (found !== undefined && !one) break;
  }
  if (found !== undefined) return found.value;
  // What has the right tag, or the right type, is what was meant.
  const depth = context.path.length;
  const isOther = ({ is, path }: context["issues"][number]) =>
    is === "literal" ? path.length <= depth + 1 : is === "wrong" && path.length === depth;
  const near = failed.filter((issues) => !issues.some(isOther));
  const reach = (issues: context["issues"]) => globalThis.Math.max(...issues.map(({ path }) => path.length));
  const furthest = globalThis.Math.max(...near.map(reach));
  const meant = near.length > 1 ? near.filter((issues) => reach(issues) === furthest) : near;
  const tag = schema.open === undefined ? undefined : tagOf(schema.open, value);
  if (tag !== undefined && !choices.some((choice) => names(choice, schema.open ?? "", tag))) {
    say(context, `is ${globalThis.JSON.stringify(tag)}, which is not known here`, "newer");
  } else if (meant.length === 1) {
    context.issues.push(...(meant[0] ?? []));
  } else {
    say(context, `must be one of ${choices.length} kinds: ${reasons(failed, depth)}`);
  }
  return value;
}

/** Why each of the choices is not it. */
function reasons(failed: readonly context["issues"][], depth: number): string {
  const first = failed.map(([issue]) => {
    const place = issue?.path.slice(depth).join(".") ?? "";
    return `${place}${place === "" ? "" : " "}${issue?.message ?? ""}`;
  });
  return [...new globalThis.Set(first)].join("; or ");
}

function tagOf(tag: string, value: unknown): string | undefined {
  const found = tag !== "" && isRecord(value) && has(value, tag) ? value[tag] : value;
  return typeof found === "string" ? found : undefined;
}

/** Whether a choice is the variant of this name. */
function names(choice: schema, tag: string, name: string): boolean {
  if (typeof choice === "boolean") return false;
  const own = choice.properties;
  const inner = tag !== "" && own !== undefined && has(own, tag) ? own[tag] : choice;
  if (typeof inner !== "object") return false;
  return inner.const === name || (inner.enum ?? []).includes(name);
}

function bounds(
  count: number,
  least: number | undefined,
  most: number | undefined,
  what: string,
  context: context,
): void {
  if (least !== undefined && count < least) say(context, `must have at least ${least} ${what}`);
  if (most !== undefined && count > most) say(context, `must have at most ${most} ${what}`);
}

function isOf(type: string | readonly string[], value: unknown): boolean {
  if (typeof type !== "string") return type.some((one) => isOf(one, value));
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return isArray(value);
    case "object":
      return isRecord(value);
    case "integer":
      return globalThis.Number.isSafeInteger(value);
    case "number":
      return globalThis.Number.isFinite(value);
    default:
      return typeof value === type;
  }
}

function rounded({ type, digits }: keywords, value: unknown): string {
  const isWanted = digits === true || [type].flat().includes("integer");
  const is = isWanted && globalThis.Number.isInteger(value);
  return is ? ", and JavaScript rounds integers beyond 2^53 - 1" : "";
}

function isArray(value: unknown): value is readonly unknown[] {
  return globalThis.Array.isArray(value);
}

function isRecord(value: unknown): value is record {
  return typeof value === "object" && value !== null && !isArray(value);
}

function has(object: object, name: string): boolean {
  return globalThis.Object.hasOwn(object, name);
}

function own<T>(object: { readonly [name: string]: T }, name: string): T | undefined {
  return has(object, name) ? object[name] : undefined;
}

function entries<T>(object: { readonly [name: string]: T }): [string, T][] {
  return globalThis.Object.entries(object);
}

/** A copy with another property; assigning `__proto__` would do something else. */
function put(object: record, name: string, value: unknown): record {
  const copy = { ...object };
  globalThis.Object.defineProperty(copy, name, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
  return copy;
}

function without(object: record, name: string): record {
  const { [name]: _, ...rest } = object;
  return rest;
}

function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (isArray(one) && isArray(other)) {
    return one.length === other.length && one.every((item, index) => same(item, other[index]));
  }
  if (!isRecord(one) || !isRecord(other)) return false;
  const names = globalThis.Object.keys(one);
  return (
    names.length === globalThis.Object.keys(other).length &&
    names.every((name) => has(other, name) && same(one[name], other[name]))
  );
}

/** The patterns by their texts; what JavaScript cannot read is taken for matched. */
const patterns = new globalThis.Map<string, globalThis.RegExp | null>();

function matches(pattern: string, text: string): boolean {
  let found = patterns.get(pattern);
  if (found === undefined) {
    found = compiled(pattern);
    patterns.set(pattern, found);
  }
  return found === null || found.test(text);
}

function compiled(pattern: string): globalThis.RegExp | null {
  try {
    return new globalThis.RegExp(pattern, "u");
  } catch {
    return null;
  }
}
