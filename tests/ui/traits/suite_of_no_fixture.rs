use eventbus_runtime::MemoryStore;
use eventbus_runtime::testing::suite::StoreFixture;

pub fn exercise<F: StoreFixture>() {}

pub fn start() {
    exercise::<MemoryStore>();
}
