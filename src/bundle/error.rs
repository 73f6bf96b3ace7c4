//! Why a bundle is not used.

use chrono::NaiveDate;

use crate::version::Version;

/// A bundle that cannot be read, or may not be used. Whatever is wrong, nothing of it is used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// Other bytes.
    #[error("不是规则包归档文件 (not a rule bundle)")]
    NotABundle,
    /// The bytes end early.
    #[error("规则包归档不完整，在第 {at} 字节处中断；请重新传输 (truncated)")]
    Truncated {
        /// Where they end.
        at: usize,
    },
    /// Bytes that no one who packs would write.
    #[error("规则包归档已损坏：{what} (damaged)")]
    Damaged {
        /// What is wrong.
        what: String,
    },
    /// A file is not what the manifest says.
    #[error(
        "规则包归档被改动：文件 {path} 与清单不符 (tampered: {path} differs from the manifest)"
    )]
    Tampered {
        /// The file.
        path: String,
    },
    /// A path that could leave the folder, or that systems read differently.
    #[error("文件名“{path}”不可用：只用字母、数字、_、-、. 和一层文件夹 (unusable path)")]
    BadPath {
        /// The path.
        path: String,
    },
    /// A version that is not three numbers.
    #[error("版本“{text}”应为三个数，如 1.0.0 (a version is three numbers)")]
    NotAVersion {
        /// What was found.
        text: String,
    },
    /// The policy asks for a signature.
    #[error("规则包没有签名，而设置要求签名 (unsigned, and signatures are required)")]
    Unsigned,
    /// None of the signatures is by a trusted key.
    #[error("规则包由不受信任的密钥签名：{} (signed by an unknown key)", signers.join("、"))]
    UnknownKey {
        /// Names the signatures claim.
        signers: Vec<String>,
    },
    /// A signature in the name of a trusted key does not hold.
    #[error("规则包的签名无效：{key}；内容在签名后被改动 (tampered: the signature does not hold)")]
    BadSignature {
        /// Name of the key.
        key: String,
    },
    /// Too early.
    #[error("规则包自 {not_before_on} 起才可使用，今天是 {today} (not valid yet)")]
    NotYetValid {
        /// First day.
        not_before_on: NaiveDate,
        /// The business date.
        today: NaiveDate,
    },
    /// Too late.
    #[error("规则包已于 {expires_on} 失效，今天是 {today}；请安装新版 (expired)")]
    Expired {
        /// First day on which it is no longer valid.
        expires_on: NaiveDate,
        /// The business date.
        today: NaiveDate,
    },
    /// Something newer, or other content of the same number, is installed.
    #[error(
        "规则包 {pack} {version}（序号 {sequence}）不比已安装的 {installed_version}（序号 {installed_sequence}）新，拒绝降级 (downgrade refused)"
    )]
    Downgrade {
        /// Id of the pack.
        pack: String,
        /// Version offered.
        version: Version,
        /// Sequence offered.
        sequence: u64,
        /// Version installed.
        installed_version: Version,
        /// Sequence installed.
        installed_sequence: u64,
    },
}
