use eventbus_runtime::EventBus;
use eventbus_runtime::store::{Letters, Store};

pub fn read<S: Letters>(_: &EventBus<S>) {}

pub fn start<S: Store>(bus: &EventBus<S>) {
    read(bus);
}
