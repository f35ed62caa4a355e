//go:build !linux

package main

import "errors"

func replay([]string) error { return errors.ErrUnsupported }
