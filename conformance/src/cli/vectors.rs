use conformance::{escape, replay_vectors};

use super::{console::print, usage::Usage};

pub(super) fn run(pattern: Option<&str>) -> Result<u8, Usage> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Usage::of)?;
    let replayed = runtime.block_on(replay_vectors(pattern.unwrap_or_default())).map_err(Usage::of)?;
    if replayed.is_empty() {
        return Err(Usage::of("no vector has a name like that"));
    }
    let mut wrong = 0_usize;
    for vector in &replayed {
        let as_expected = vector.is_as_expected();
        wrong = wrong.saturating_add(usize::from(!as_expected));
        if pattern.is_some() || !as_expected {
            let mark = if as_expected { "ok  " } else { "FAIL" };
            print(&format!("{mark} {}\n     {}\n", escape(&vector.name), vector.found.join(", ")));
        }
        if !as_expected {
            print(&format!("     expected {}\n", vector.expected.join(", ")));
        }
    }
    print(&format!("{} vectors, {wrong} not as expected\n", replayed.len()));
    Ok(u8::from(wrong > 0))
}
