use eventbus_runtime::Filter;

pub fn filter() -> Filter {
    Filter::of::<String>()
}
