//! The ledger's keys: the root key, which stays offline, certifies the key that signs. A key is
//! changed by a record of the ledger, never by a change of files alone.

use std::path::Path;

use ledger::{Action, Actor, Certificate, Command, Role as Office, Signer, VerifierKey};
use store::Store;

use crate::App;
use crate::error::Error;
use crate::installation::{KEY_FILE, make_key, read_key};

/// The key that waits for its certificate.
const NEXT_KEY_FILE: &str = "keys/ledger.next.key";

/// A key for the root to certify.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRequest {
    /// The public key.
    pub key: String,
    /// The number that its certificate must bear.
    pub serial: u64,
}

/// A certificate of a ledger's key by the root key in a file; run where the root key is kept.
pub fn certify(root: &Path, request: &KeyRequest) -> Result<String, Error> {
    let text = std::fs::read_to_string(root).map_err(Error::file(root))?;
    let signer = Signer::from_secret_text(&text).map_err(|fault| Error::BadInput {
        what: "--root-key",
        reason: format!("{}：{fault}", root.display()),
    })?;
    let certificate = Certificate {
        serial: request.serial,
        key: request.key.parse()?,
    };
    Ok(certificate.sign(&signer))
}

impl App {
    /// The key that signs now, for its first certificate.
    pub fn key_request(&self) -> Result<KeyRequest, Error> {
        self.request(self.signer())
    }

    /// Makes the key that is to replace the one in use, unless it waits already. It signs nothing
    /// until its certificate is installed.
    pub fn rotate_key(&self) -> Result<KeyRequest, Error> {
        let path = self.folder(NEXT_KEY_FILE);
        make_key(&path)?;
        self.request(&read_key(&path)?)
    }

    fn request(&self, signer: &Signer) -> Result<KeyRequest, Error> {
        let certified = self.certificates()?.len();
        Ok(KeyRequest {
            key: signer.verifier_key().to_string(),
            serial: u64::try_from(certified).map_or(u64::MAX, |count| count + 1),
        })
    }

    /// Records a certificate of the root and has the ledger signed by its key from that record on.
    /// Whoever has the installation open signs with the old key and is refused until started again.
    pub fn install_certificate(&self, root: &str, certificate: &str) -> Result<String, Error> {
        let root: VerifierKey = root.parse()?;
        let key = Certificate::open(certificate, &root)?.key;
        let next = self.folder(NEXT_KEY_FILE);
        let waiting = if next.is_file() {
            Some(read_key(&next)?)
        } else {
            None
        };
        let signer = [Some(self.signer()), waiting.as_ref()]
            .into_iter()
            .flatten()
            .find(|signer| signer.verifier_key() == key)
            .ok_or_else(|| Error::BadInput {
                what: "证书",
                reason: "不是本账簿现用或待用密钥的证书 (of no key of this ledger)".to_owned(),
            })?;
        let command = Command::new(
            Actor::new("root-key", Office::System),
            Action::CertifyKey {
                root,
                certificate: certificate.to_owned(),
            },
        );
        let now = self.clock().now_micros();
        store::ledger::execute(self.store(), &command, now, signer)?;
        if waiting.is_some_and(|waiting| waiting.verifier_key() == key) {
            take_over(&self.folder(""))?;
        }
        Ok(key.to_string())
    }
}

/// The key that signs: the one that waits, when its certificate is recorded and a crash came before
/// the file was renamed.
pub(crate) fn key_in_force(data: &Path, store: &Store, signer: Signer) -> Result<Signer, Error> {
    let next = data.join(NEXT_KEY_FILE);
    if !next.is_file() {
        return Ok(signer);
    }
    let waiting = read_key(&next)?;
    let books = store.read(|conn| store::ledger::current_books(store, conn))?;
    if books.charter().key_at(books.records()) != Some(&waiting.verifier_key()) {
        return Ok(signer);
    }
    take_over(data)?;
    Ok(waiting)
}

fn take_over(data: &Path) -> Result<(), Error> {
    let path = data.join(KEY_FILE);
    std::fs::rename(data.join(NEXT_KEY_FILE), &path).map_err(Error::file(&path))
}
