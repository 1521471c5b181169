//! On what does it compute? The only file with a `cfg` for a backend.

use candle_core::Device;

use crate::error::{Error, Result};

/// `cpu`, `auto`, `cuda[:N]` or `metal`. Only `auto` falls back, and it says so through `log`.
pub(crate) fn open(name: &str) -> Result<Device> {
    let refuse = |why: String| Error::Device { device: name.to_owned(), why };
    let (kind, index) = match name.split_once(':') {
        Some((kind, n)) => (
            kind,
            n.parse::<usize>()
                .map_err(|_| refuse("what stands after the colon is the card's number, as in cuda:0".into()))?,
        ),
        None => (name, 0),
    };
    match kind {
        "cpu" => Ok(Device::Cpu),
        "cuda" if !cfg!(feature = "cuda") => {
            Err(refuse("this program was built without it; build it with `--features cuda`, or use cpu".into()))
        }
        "metal" if !cfg!(feature = "metal") => {
            Err(refuse("this program was built without it; build it with `--features metal`, or use cpu".into()))
        }
        "cuda" => Device::new_cuda(index).map_err(|e| refuse(format!("cannot be opened: {e}"))),
        "metal" => Device::new_metal(index).map_err(|e| refuse(format!("cannot be opened: {e}"))),
        "auto" => Ok(auto()),
        _ => Err(refuse("expected cpu, auto, cuda, cuda:N or metal".into())),
    }
}

fn auto() -> Device {
    if cfg!(feature = "cuda")
        && let Ok(device) = Device::new_cuda(0)
    {
        return device;
    }
    if cfg!(feature = "metal")
        && let Ok(device) = Device::new_metal(0)
    {
        return device;
    }
    log::debug!("device auto: no accelerator is there, computing on the CPU");
    Device::Cpu
}

/// The name a device answers to: `cpu`, `cuda:0`, `metal:0`.
pub(crate) fn name(device: &Device) -> String {
    match device.location() {
        candle_core::DeviceLocation::Cpu => "cpu".into(),
        candle_core::DeviceLocation::Cuda { gpu_id } => format!("cuda:{gpu_id}"),
        candle_core::DeviceLocation::Metal { gpu_id } => format!("metal:{gpu_id}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_what_was_asked_for_or_an_error_that_names_the_feature() {
        assert!(open("cpu").unwrap().is_cpu());
        assert!(open("auto").is_ok());
        for wrong in ["gpu", "cuda:x", ""] {
            assert!(open(wrong).is_err(), "{wrong}");
        }
        if cfg!(not(feature = "cuda")) {
            assert!(open("cuda:1").unwrap_err().to_string().contains("--features cuda"));
        }
        if cfg!(not(feature = "metal")) {
            assert!(open("metal").unwrap_err().to_string().contains("--features metal"));
        }
    }
}
