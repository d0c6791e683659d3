/** What is wrong with a value, and the keys that lead to the place. */
export type ValidationIssue = {
  readonly message: string;
  readonly path: readonly (string | number)[];
};

/** All that is wrong with a value. */
export type ValidationIssues = readonly ValidationIssue[];

/** What `safeParse` returns. */
export type SafeParse<T> =
  | { readonly success: true; readonly data: T }
  | { readonly success: false; readonly issues: ValidationIssues };

/** Checks values of one type. It is a Standard Schema: libraries that take these take it as it is. */
export type Validator<T> = {
  /** Whether a value is a `T` as it stands, with nothing to be filled in. */
  readonly is: (value: unknown) => value is T;
  /** The value as a `T`, with what may be missing filled in. Throws a `ValidationError`. */
  readonly parse: (value: unknown) => T;
  /** The same, with the issues instead of an error. */
  readonly safeParse: (value: unknown) => SafeParse<T>;
  /** See https://standardschema.dev. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: "eventbus";
    readonly validate: (
      value: unknown,
    ) =>
      | { readonly value: T; readonly issues?: undefined }
      | { readonly issues: ValidationIssues };
    readonly types?: { readonly input: unknown; readonly output: T } | undefined;
  };
  /** What is checked; not for others. */
  readonly "~schema": schema;
};

/** What `parse` throws. */
export class ValidationError extends globalThis.Error {
  readonly issues: ValidationIssues;

  constructor(issues: ValidationIssues) {
    super(issues.map(({ message, path }) => `${["value", ...path].join(".")} ${message}`).join("; "));
    this.name = "ValidationError";
    this.issues = issues;
  }
}

// No name below has the form of a generated type's, and globals are named as such: a type of the events may be called `Map`.

type json = null | boolean | number | string | readonly json[] | { readonly [key: string]: json };

type record = { readonly [key: string]: unknown };

/** A JSON Schema, references as functions, with what is to be done to an object before it is checked. */
type schema = boolean | keywords;

type keywords = {
  readonly $ref?: () => { readonly "~schema": schema };
  readonly type?: string | readonly string[];
  readonly const?: json;
  readonly enum?: readonly json[];
  readonly allOf?: readonly schema[];
  readonly anyOf?: readonly schema[];
  readonly oneOf?: readonly schema[];
  readonly not?: schema;
  readonly if?: schema;
  readonly then?: schema;
  readonly else?: schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly items?: schema;
  readonly prefixItems?: readonly schema[];
  readonly contains?: schema;
  readonly minContains?: number;
  readonly maxContains?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: { readonly [name: string]: schema };
  readonly patternProperties?: { readonly [pattern: string]: schema };
  readonly additionalProperties?: schema;
  readonly unevaluatedProperties?: schema;
  readonly propertyNames?: schema;
  readonly required?: readonly string[];
  readonly dependentRequired?: { readonly [name: string]: readonly string[] };
  readonly minProperties?: number;
  readonly maxProperties?: number;
  /** Whether an integer is taken for its digits. */
  readonly digits?: boolean;
  /** Former names of properties. */
  readonly aliases?: { readonly [name: string]: readonly string[] };
  /** What a missing property holds. */
  readonly fill?: { readonly [name: string]: json };
  /** The properties that are left out where they are null. */
  readonly drop?: readonly string[];
  /** A choice to which variants may be added, and the property that tells them apart. */
  readonly open?: string;
};

/** What becomes of something that may be an event. */
type reading<Event, Older> =
  | { readonly kind: "event"; readonly event: Event }
  | { readonly kind: "older"; readonly event: Older }
  | { readonly kind: "unknown"; readonly event: UnknownEvent }
  | { readonly kind: "invalid"; readonly issues: ValidationIssues };

/** Where the check is, and what it found; `newer` is what code that is newer may have written. */
type context = {
  readonly path: (string | number)[];
  readonly issues: (ValidationIssue & { readonly is: "wrong" | "literal" | "newer" })[];
};

function validator<T>(schema: schema): Validator<T> {
  const safeParse = (value: unknown): SafeParse<T> => {
    const context: context = { path: [], issues: [] };
    const data = read(schema, value, context) as T;
    return context.issues.length === 0
      ? { success: true, data }
      : { success: false, issues: told(context) };
  };
  return {
    is: (value): value is T => {
      const context: context = { path: [], issues: [] };
      return read(schema, value, context) === value && context.issues.length === 0;
    },
    parse: (value) => {
      const parsed = safeParse(value);
      if (parsed.success) return parsed.data;
      throw new ValidationError(parsed.issues);
    },
    safeParse,
    "~standard": {
      version: 1,
      vendor: "eventbus",
      validate: (value) => {
        const parsed = safeParse(value);
        return parsed.success ? { value: parsed.data } : { issues: parsed.issues };
      },
    },
    "~schema": schema,
  };
}

/** Reads events: of each type the version of today, and those before it. */
function reader<Event, Older>(
  today: { readonly [type: string]: readonly [number, Validator<Event>] },
  former: { readonly [type: string]: readonly (readonly [number, Validator<Older>])[] },
  renamed: { readonly [type: string]: string },
): (input: unknown) => reading<Event, Older> {
  return (input) => {
    const outer: context = { path: [], issues: [] };
    const event = read(UnknownEvent["~schema"], input, outer) as UnknownEvent;
    if (outer.issues.length > 0) return { kind: "invalid", issues: told(outer) };
    const type = own(renamed, event.type) ?? event.type;
    const now = type === event.type ? event : { ...event, type };
    const current = own(today, type);
    const older = own(former, type)?.find(([version]) => version === event.dataversion);
    const known = current?.[0] === event.dataversion ? current : older;
    if (known === undefined) return { kind: "unknown", event };
    const context: context = { path: [], issues: [] };
    const data = read(known[1]["~schema"], now, context);
    if (context.issues.length > 0) {
      const isNewer = context.issues.every((issue) => issue.is === "newer");
      return isNewer ? { kind: "unknown", event } : { kind: "invalid", issues: told(context) };
    }
    return known === current
      ? { kind: "event", event: data as Event }
      : { kind: "older", event: data as Older };
  };
}

function told(context: context): ValidationIssues {
  return context.issues.map(({ message, path }) => ({ message, path }));
}

function say(context: context, message: string, is: "wrong" | "literal" | "newer" = "wrong"): void {
  context.issues.push({ message, path: [...context.path], is });
}
