//! What browsers load besides pages: embedded, named by content, cached for ever.

use std::sync::LazyLock;

use domain::canon::sha256_hex;

/// An embedded file.
pub struct Asset {
    /// Its name in addresses: stem, digest of the content, extension.
    pub name: String,
    /// The content.
    pub bytes: &'static [u8],
    /// Its media type.
    pub media_type: &'static str,
}

/// The embedded files.
pub struct Assets {
    /// The style sheet.
    pub style: Asset,
    /// The script; every page works without it.
    pub script: Asset,
    /// The icon.
    pub icon: Asset,
}

/// All of them, named once at the first use.
pub static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets {
    style: asset(
        "site",
        "css",
        include_bytes!("assets/site.css"),
        "text/css; charset=utf-8",
    ),
    script: asset(
        "site",
        "js",
        include_bytes!("assets/site.js"),
        "text/javascript; charset=utf-8",
    ),
    icon: asset(
        "icon",
        "svg",
        include_bytes!("assets/icon.svg"),
        "image/svg+xml",
    ),
});

impl Assets {
    /// The file of a name.
    pub fn get(&self, name: &str) -> Option<&Asset> {
        [&self.style, &self.script, &self.icon]
            .into_iter()
            .find(|asset| asset.name == name)
    }
}

fn asset(stem: &str, extension: &str, bytes: &'static [u8], media_type: &'static str) -> Asset {
    let digest = sha256_hex(bytes);
    let short = digest.get(..12).unwrap_or(&digest);
    Asset {
        name: format!("{stem}.{short}.{extension}"),
        bytes,
        media_type,
    }
}
