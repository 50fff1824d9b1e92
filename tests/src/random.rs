use mediary::environment;
use mediary_schema::IdSource;

/// Numbers from a seed (`SplitMix64`): a failed test is repeated with the seed that it printed.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// Takes `TEST_SEED`, or a seed that was never used before, and prints it.
    #[expect(clippy::print_stderr, reason = "a failed test shows what it printed")]
    pub fn printed() -> Self {
        let given = environment::variable("TEST_SEED").map(|seed| seed.parse().unwrap());
        let seed = given.unwrap_or_else(|| IdSource::system().next().as_u64_pair().1);
        eprintln!("TEST_SEED={seed}");
        Self(seed)
    }

    /// Numbers that follow from a seed.
    pub const fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 to below the limit.
    pub const fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }
}
