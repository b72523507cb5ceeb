//! The stack as its users see it. One file, one promise; `emulator_*` hold the emulator alone to its promises with a
//! probe function, the others run the product's own functions.

#![allow(clippy::print_stdout, reason = "seeds and figures belong into the output of the run")]

mod architecture;
mod bad_frames;
mod chat;
mod conformance;
mod contents;
mod credentials;
mod crowd;
mod crowded_rooms;
mod emulator_access_logs;
mod emulator_apis;
mod emulator_asynchronous;
mod emulator_concurrency;
mod emulator_connections_api;
mod emulator_environments;
mod emulator_event_bus;
mod emulator_events;
mod emulator_faults;
mod emulator_faults_functions;
mod emulator_faults_gateway;
mod emulator_functions;
mod emulator_handshake;
mod emulator_hostile;
mod emulator_http_api;
mod emulator_inspector;
mod emulator_invoke_api;
mod emulator_load;
mod emulator_node;
mod emulator_ports;
mod emulator_samples;
mod emulator_start;
mod emulator_tables;
mod emulator_templates;
mod emulator_throttling;
mod emulator_timers;
mod emulator_web;
mod frame_sizes;
mod frames;
mod function_loss;
mod fuzz;
mod handshakes;
mod lifecycle;
mod limits;
mod many_devices;
mod processes;
mod rates;
mod rights;
mod scenarios;
mod senders;
mod session;
mod session_ends;
mod user_pool;
