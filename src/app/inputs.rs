//! What a run computes from, as one canonical value: nothing else may influence its result.

use assess::{Means, Pot, Prior, YearSoFar};
use domain::canon::{Canon, CanonError, Reader, Writer, encode, sha256_hex};
use domain::{Facts, Period, RunId};

/// The frozen inputs of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunInputs {
    /// The month.
    pub period: Period,
    /// Pack and version, `id@version`.
    pub pack: String,
    /// Digest of the pack's canonical content.
    pub pack_digest: String,
    /// The facts, normalised.
    pub facts: Facts,
    /// What the month before left, if it was run.
    pub prior: Option<Prior>,
    /// The pots, less what other months took from them.
    pub pots: Vec<Pot>,
    /// What earlier months left: claims still due, awards of the year.
    pub so_far: YearSoFar,
}

impl RunInputs {
    /// What the month may spend.
    pub fn means(&self) -> Means<'_> {
        Means {
            pots: &self.pots,
            so_far: &self.so_far,
        }
    }
}

const FORMAT: &str = "hengxiang-inputs-3";

impl Canon for RunInputs {
    fn write(&self, to: &mut Writer) {
        FORMAT.to_owned().write(to);
        self.period.write(to);
        self.pack.write(to);
        self.pack_digest.write(to);
        self.facts.write(to);
        self.prior.write(to);
        self.pots.write(to);
        self.so_far.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        if String::read(from)? != FORMAT {
            return Err(CanonError::NotA {
                what: FORMAT,
                at: 0,
            });
        }
        Ok(Self {
            period: Canon::read(from)?,
            pack: Canon::read(from)?,
            pack_digest: Canon::read(from)?,
            facts: Canon::read(from)?,
            prior: Canon::read(from)?,
            pots: Canon::read(from)?,
            so_far: Canon::read(from)?,
        })
    }
}

/// Inputs with their bytes and the id of the run that they make.
pub struct Frozen {
    /// The inputs.
    pub inputs: RunInputs,
    /// Their canonical bytes.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes, hex.
    pub sha256: String,
    /// The run.
    pub run: RunId,
}

impl Frozen {
    /// Freezes inputs. Equal inputs give the same run, whoever starts it and when.
    pub fn new(inputs: RunInputs) -> Self {
        let bytes = encode(&inputs);
        let sha256 = sha256_hex(&bytes);
        let run = run_id(inputs.period, &sha256);
        Self {
            inputs,
            bytes,
            sha256,
            run,
        }
    }
}

/// `<period>-<first twelve hex digits>` of the digest over inputs and engine version.
fn run_id(period: Period, inputs_sha256: &str) -> RunId {
    let digest = sha256_hex(format!("{}\n{inputs_sha256}", crate::ENGINE_VERSION).as_bytes());
    RunId::new(format!("{period}-{}", digest.get(..12).unwrap_or(&digest)))
}
