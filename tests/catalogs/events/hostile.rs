//! Events whose names and texts mean something in a language that is generated, or in one that they are printed beside.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use eventbus_runtime::DomainEvent;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What nobody should be able to break out with.
pub(crate) const TITLE: &str = "</title></script><script>alert(1)</script> --> *x* | `y` \u{202e}ü";

/// Ends a comment: */ and begins one: /* with `backticks`, ${pieces} and "quotes".
///
/// </script><script>alert("docs")</script> `</code>` --> ]]> {{x}} | a | b
///
/// # A heading
///
/// <img src=x onerror=alert(1)> [here](javascript:alert(1)) 日本語 \u{202e} &amp; &lt; ``` open
#[derive(Debug, Clone, DomainEvent)]
pub(crate) enum HostileEvent {
    /// ```
    /// never closed </pre></code><script>alert(2)</script>
    Class(ClassEvent),
    /// Als Datei heißt es wie die Übersicht: 索引, 🧨.
    Index(IndexEvent),
    Constructor(ConstructorEvent),
    /// It ends a text: '; DROP TABLE eventbus_type; -- and $$ begins one, as E'\\' does.
    Select(SelectEvent),
}

/// The words of the language.
#[derive(Debug, Clone, DomainEvent)]
pub(crate) enum ClassEvent {
    Delete {
        r#type: String,
        #[serde(rename = "default")]
        function: bool,
        #[serde(rename = "await")]
        yields: u8,
    },
    /// @param none \\ // not a comment
    ///
    /// ```ts
    /// const x = `*/`;
    /// ```
    New {},
    Void,
}

/// Names that every object has.
#[derive(Debug, Clone, DomainEvent)]
pub(crate) enum ConstructorEvent {
    Prototype {
        #[serde(rename = "__proto__")]
        proto: Proto,
        #[serde(rename = "constructor", default)]
        constructor: Option<String>,
        #[serde(rename = "hasOwnProperty", default = "seven")]
        own: u8,
        #[serde(rename = "toString", skip_serializing_if = "Option::is_none")]
        string: Option<String>,
        then: HashMap<String, Proto>,
    },
}

fn seven() -> u8 {
    7
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "Object")]
pub(crate) struct Proto {
    #[serde(rename = "__proto__", default)]
    below: Vec<Proto>,
}

/// The names of files, and of types that the language has.
#[derive(Debug, Clone, DomainEvent)]
pub(crate) enum IndexEvent {
    Runtime {
        map: Map,
        error: Error,
        number: Number<Error>,
        array: Array,
        many: Many,
    },
    Quoted {
        #[serde(rename = "with-dash")]
        dash: Words,
        #[serde(rename = "line\nbreak \"quoted\" \\ 'single' `back` ${x}")]
        line: u8,
        #[serde(rename = "日本語")]
        unicode: u8,
        #[serde(rename = "")]
        empty: u8,
        #[serde(rename = "\u{2028}")]
        separator: u8,
    },
}

#[allow(clippy::type_complexity, reason = "that is what is tried")]
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Map {
    by_name: BTreeMap<String, (Error, Option<Vec<BTreeMap<String, Option<[Error; 3]>>>>)>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "Error", content = "RegExp")]
pub(crate) enum Error {
    None,
    Some(#[schemars(regex(pattern = "^/[a-z]*\\d?/$"))] String),
    Both { left: Box<Error>, right: Box<Error> },
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Number<T> {
    value: T,
    values: Vec<T>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Array(Vec<Vec<Vec<u32>>>, String);

/// Values that are no names.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) enum Words {
    /// Ends here: */
    #[serde(rename = "*/")]
    End,
    #[serde(rename = "it's \"quoted\" \\")]
    Quoted,
    #[serde(rename = "`${x}`")]
    Template,
    #[serde(rename = "\u{2028}\u{2029}")]
    Separators,
    #[serde(rename = "")]
    Empty,
}

/// More than anybody reads.
#[rustfmt::skip]
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) enum Many {
    V0, V1, V2, V3, V4, V5, V6, V7, V8, V9, V10, V11, V12, V13, V14, V15, V16, V17, V18, V19,
    V20, V21, V22, V23, V24, V25, V26, V27, V28, V29, V30, V31, V32, V33, V34, V35, V36, V37, V38, V39,
    V40, V41, V42, V43, V44, V45, V46, V47, V48, V49, V50, V51, V52, V53, V54, V55, V56, V57, V58, V59,
    V60, V61, V62, V63, V64, V65, V66, V67, V68, V69, V70, V71, V72, V73, V74, V75, V76, V77, V78, V79,
    V80, V81, V82, V83, V84, V85, V86, V87, V88, V89, V90, V91, V92, V93, V94, V95, V96, V97, V98, V99,
    V100, V101, V102, V103, V104, V105, V106, V107, V108, V109, V110, V111, V112, V113, V114, V115, V116, V117, V118, V119,
    V120, V121, V122, V123, V124, V125, V126, V127, V128, V129, V130, V131, V132, V133, V134, V135, V136, V137, V138, V139,
    V140, V141, V142, V143, V144, V145, V146, V147, V148, V149, V150, V151, V152, V153, V154, V155, V156, V157, V158, V159,
    V160, V161, V162, V163, V164, V165, V166, V167, V168, V169, V170, V171, V172, V173, V174, V175, V176, V177, V178, V179,
    V180, V181, V182, V183, V184, V185, V186, V187, V188, V189, V190, V191, V192, V193, V194, V195, V196, V197, V198, V199,
}

/// The words of SQL, and names that are longer than an identifier of PostgreSQL, 63 bytes.
#[derive(Debug, Clone, DomainEvent)]
pub(crate) enum SelectEvent {
    /// Columns that every query has: */ -- '; DROP TABLE eventbus_type; $$ and E'\\' end no text, nor does 日本語 🧨 \
    Table {
        #[event(aggregate_id)]
        order: String,
        #[event(tenant_id)]
        user: String,
        r#where: Option<u8>,
        group: bool,
        #[serde(rename = "a \"b\" </script> `c` | d\\ <!-- é '; --")]
        odd: String,
        /// <!-- never closed
        #[serde(rename = "$$")]
        dollars: i8,
    },
    NameOfWhichTheFirstSixtyThreeBytesAreThoseOfAnotherNameBesideItHere {
        a_field_of_which_the_first_sixty_three_bytes_are_those_of_another_one: u8,
        a_field_of_which_the_first_sixty_three_bytes_are_those_of_another_two: u8,
        /// The sixty-third byte is in the middle of a sign.
        #[serde(rename = "日本語日本語日本語日本語日本語日本語日本語日本")]
        unicode: String,
    },
    NameOfWhichTheFirstSixtyThreeBytesAreThoseOfAnotherNameBesideItThere {},
    Default,
    Deep {
        deep: Deep,
        any: Value,
    },
    /// Two types of one name.
    Twice {
        other: left::Same,
        another: right::Same,
    },
}

/// Objects in objects without a name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Deep(Value);

impl JsonSchema for Deep {
    fn schema_name() -> Cow<'static, str> {
        "Deep </script>".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut schema = json!({ "type": "string", "pattern": "^</script>`|$" });
        for level in 0..40 {
            let name = format!("level{level}");
            schema =
                json!({ "type": "object", "properties": { &name: schema }, "required": [name] });
        }
        schema.try_into().unwrap()
    }
}

mod left {
    use super::{Deserialize, JsonSchema, Serialize};

    /// One of two.
    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
    pub(crate) struct Same {
        left: u8,
    }
}

mod right {
    use super::{Deserialize, JsonSchema, Serialize};

    /// The other.
    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
    pub(crate) struct Same {
        right: String,
    }
}
