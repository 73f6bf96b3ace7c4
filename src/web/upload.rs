//! Forms with files (`multipart/form-data`), read within limits before any of it is believed.

use actix_multipart::{Field, Multipart};
use actix_web::http::header::HeaderMap;
use actix_web::web::Payload;
use app::papers::{FILE_BYTES_MAX, FILES_MAX, FILING_BYTES_MAX, Upload};
use futures_util::TryStreamExt as _;

use crate::failure::Failure;
use crate::inputs::Fields;

/// Largest text of one field, bytes.
const TEXT_MAX: usize = 16 * 1024;
/// Most parts of one form: files, texts and some to spare.
const PARTS_MAX: usize = FILES_MAX + 30;

/// The texts and the files of a form. A file input left empty is no file.
pub async fn read(headers: &HeaderMap, payload: Payload) -> Result<(Fields, Vec<Upload>), Failure> {
    let mut parts = Multipart::new(headers, payload);
    let (mut texts, mut files) = (Vec::new(), Vec::new());
    let mut size = 0;
    while let Some(mut part) = parts.try_next().await.map_err(|_| broken())? {
        if texts.len() + files.len() >= PARTS_MAX {
            return Err(Failure::bad_input("表单项过多 (too many fields)"));
        }
        let disposition = part.content_disposition();
        let file_name = disposition.and_then(|found| found.get_filename());
        let file_name = file_name.map(str::to_owned);
        let name = part.name().unwrap_or_default().to_owned();
        let Some(file_name) = file_name else {
            let bytes = content(&mut part, TEXT_MAX).await?;
            let text = String::from_utf8(bytes);
            let text = text.map_err(|_| Failure::bad_input("表单不是 UTF-8 文本 (not UTF-8)"))?;
            texts.push((name, text));
            continue;
        };
        let bytes = content(&mut part, FILE_BYTES_MAX).await?;
        size += bytes.len();
        if size > FILING_BYTES_MAX {
            return Err(Failure::too_large());
        }
        if !(file_name.is_empty() && bytes.is_empty()) {
            files.push(Upload {
                name: file_name,
                bytes,
            });
        }
    }
    Ok((Fields::new(texts), files))
}

async fn content(part: &mut Field, limit: usize) -> Result<Vec<u8>, Failure> {
    match part.bytes(limit).await {
        Ok(Ok(bytes)) => Ok(bytes.to_vec()),
        Ok(Err(_broken)) => Err(broken()),
        Err(_limit) => Err(Failure::too_large()),
    }
}

fn broken() -> Failure {
    Failure::bad_input("上传内容不完整，请重新提交 (broken upload; send it again)")
}
