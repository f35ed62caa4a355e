//go:build linux && !libpcap

package live

// Interfaces lists what can be captured on, Any last.
func Interfaces() ([]Interface, error) {
	list, err := fromNet()
	if err != nil {
		return nil, err
	}
	return append(list, Interface{Name: Any, Description: "all interfaces", Up: true, Running: true}), nil
}
