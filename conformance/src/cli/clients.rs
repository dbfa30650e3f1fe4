use conformance::Preset;

use super::{console::print, usage::Usage};

/// Prints each preset: its name, what it registers, and its sources.
pub(super) fn run() -> Result<u8, Usage> {
    for preset in Preset::all() {
        let registration = serde_json::to_string(&preset.registration).map_err(Usage::of)?;
        print(&format!("{}  {}\n  registers  {registration}\n", preset.name, preset.title));
        for source in &preset.sources {
            print(&format!("  source     {source} ({})\n", preset.read));
        }
        if !preset.assumed.is_empty() {
            print(&format!("  assumed    {}\n", preset.assumed.join(", ")));
        }
    }
    Ok(0)
}
