use eventbus_runtime::Emittable;

pub fn emittable<E: Emittable>(_: &E) {}

pub fn none(text: &String) {
    emittable(text);
}
