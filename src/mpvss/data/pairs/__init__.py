"""Videos, single frames or stored pairs enter; pairs of a key and a non-key frame leave."""
