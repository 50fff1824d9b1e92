//! libFuzzer on the target that `MEDIARY_FUZZ_TARGET` names. Writes its seeds into the folder `MEDIARY_FUZZ_SEEDS` first.
#![no_main]

use std::{env, fs, path::Path, sync::OnceLock};

use libfuzzer_sys::fuzz_target;
use mediary_fuzz::{TARGETS, Target};

static CHOSEN: OnceLock<Target> = OnceLock::new();

fn choose() {
    let name = env::var("MEDIARY_FUZZ_TARGET").expect("MEDIARY_FUZZ_TARGET names a target");
    let target = TARGETS.into_iter().find(|target| target.name == name).expect("there is such a target");
    if let Some(folder) = env::var_os("MEDIARY_FUZZ_SEEDS") {
        let found = fs::read_dir(mediary_fuzz::regressions(target.name)).into_iter().flatten();
        let found =
            found.map(|file| fs::read(file.expect("it can be listed").path()).expect("it can be read"));
        for (number, seed) in (target.seeds)().into_iter().chain(found).enumerate() {
            fs::write(Path::new(&folder).join(format!("seed-{number}")), seed).expect("seeds can be written");
        }
    }
    CHOSEN.set(target).expect("it is chosen once");
}

fuzz_target!(init: choose(), |bytes: &[u8]| {
    (CHOSEN.get().expect("it was chosen before the first bytes").take)(bytes);
});
