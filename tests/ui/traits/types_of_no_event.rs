use eventbus_runtime::TypeSet;

pub fn types() -> TypeSet {
    TypeSet::of::<String>()
}
